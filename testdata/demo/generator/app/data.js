// The shop's catalogue.
const names = {
  lamp: ['Harbour lamp', 'Paper moon', 'Desk heron', 'Tripod light', 'Reading arc', 'Little dome', 'Glass drop', 'Copper shade', 'Night owl'],
  rug: ['Dune rug', 'Moss weave', 'Tide runner', 'Clay kilim', 'Fjord wool', 'Field stripe', 'Ember mat', 'Cotton plain', 'Slate loop'],
  chair: ['Alder chair', 'Lounge low', 'Stack stool', 'Reed seat', 'Corner bench', 'Rocker', 'Bistro chair', 'Ladder back', 'Soft pouf'],
  vase: ['Tall carafe', 'Round bud', 'Stone jug', 'Ribbed vase', 'Twin handle', 'Bottle green', 'Chalk pot', 'Amber flask', 'Thin stem'],
};
export const categories = [['lamps', 'lamp', 'Lamps'], ['rugs', 'rug', 'Rugs'], ['chairs', 'chair', 'Chairs'], ['vases', 'vase', 'Vases']];
export const products = [];
for (const [slug, kind] of categories) {
  names[kind].forEach((name, i) => products.push({
    id: `${kind}-${i}`, category: slug, kind, name, tint: i % 6, price: 19 + ((i * 37 + kind.length * 11) % 140),
    colour: ['natural', 'green', 'red', 'blue'][i % 4], note: ['Hand finished', 'New', 'Made to order', 'Back in stock'][i % 4],
  }));
}
export const product = (id) => products.find((p) => p.id === id) || products[0];
