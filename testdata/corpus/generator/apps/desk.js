// An order desk with Vue and Element Plus.
import { createApp, ref, computed } from 'vue';
import { ElTable, ElTableColumn, ElPagination, ElSwitch, ElTabs, ElTabPane, ElInputNumber, ElRate, ElDropdown, ElDropdownMenu, ElDropdownItem, ElPopconfirm, ElButton, ElTree, ElCheckbox, ElCollapse, ElCollapseItem, ElInput, ElTag, ElMessage, ElIcon } from 'element-plus';
import 'element-plus/theme-chalk/base.css';
import 'element-plus/theme-chalk/el-button.css';
import 'element-plus/theme-chalk/el-switch.css';
import 'element-plus/theme-chalk/el-pagination.css';
import 'element-plus/theme-chalk/el-tabs.css';
import 'element-plus/theme-chalk/el-table.css';
import 'element-plus/theme-chalk/el-input.css';
import 'element-plus/theme-chalk/el-input-number.css';
import 'element-plus/theme-chalk/el-rate.css';
import 'element-plus/theme-chalk/el-dropdown.css';
import 'element-plus/theme-chalk/el-popper.css';
import 'element-plus/theme-chalk/el-tree.css';
import 'element-plus/theme-chalk/el-checkbox.css';
import 'element-plus/theme-chalk/el-collapse.css';
import 'element-plus/theme-chalk/el-message.css';
import { guard, ticking } from '../page/kit.js';

const NAMES = ['Lamp', 'Chair', 'Desk', 'Rug', 'Vase', 'Shelf'];
const tree = [{ label: 'Kitchen', children: [{ label: 'Pots' }, { label: 'Pans' }] }, { label: 'Garden', children: [{ label: 'Hoses' }, { label: 'Seeds' }] }];
const App = {
  template: `
  <h1>Order desk</h1>
  <el-tabs v-model="tab" @tab-change="ran"><el-tab-pane label="Open" name="open">Orders that wait.</el-tab-pane><el-tab-pane label="Sent" name="sent">Orders on the road.</el-tab-pane><el-tab-pane label="Returned" name="back">Orders that came back.</el-tab-pane></el-tabs>
  <el-table :data="rows" highlight-current-row @row-click="ran" style="width:100%"><el-table-column prop="id" label="No" sortable width="90" /><el-table-column prop="what" label="What" sortable /><el-table-column prop="sum" label="Sum" /></el-table>
  <el-pagination layout="prev, pager, next" :total="120" :page-size="6" :pager-count="5" v-model:current-page="page" @current-change="ran" />
  <div class="bar">
    <el-switch id="auto" :model-value="auto" @change="g('auto', () => auto = !auto)" />&nbsp;Automatic
    <span id="days"><el-input-number v-model="days" :min="1" :max="60" @change="ran" /></span>
    <span id="rate"><el-rate v-model="rate" @change="ran" /></span>
    <el-checkbox id="gift" :model-value="gift" @change="g('gift', () => gift = !gift)">Gift wrap</el-checkbox>
  </div>
  <div class="bar">
    <el-button id="ship" type="primary" :loading="busy" @click="ship">Ship selected</el-button>
    <el-button id="labels" @click="labels">Make labels</el-button>
    <el-button id="refund" @click="refund">Refund</el-button>
    <el-button id="audit" @click="audit">Audit stock</el-button>
    <el-button id="remind" @click="remind">Remind buyer</el-button>
    <i class="ico" id="star" @click="g('star', () => star = !star)">{{ star ? '★' : '☆' }}</i>
    <el-dropdown trigger="click" @command="c => { ran(); sort = c }"><el-button class="sorter">Sort: {{ sort }}</el-button><template #dropdown><el-dropdown-menu><el-dropdown-item command="newest">Newest</el-dropdown-item><el-dropdown-item command="dearest">Dearest</el-dropdown-item></el-dropdown-menu></template></el-dropdown>
    <el-popconfirm title="Archive all?" @confirm="g('arch', () => done += 1)"><template #reference><el-button class="arch">Archive</el-button></template></el-popconfirm>
    <div id="flag" class="chip" @click="g('flag', () => flags += 1)">Flags {{ flags }}</div>
     <span class="chip" id="team">Team North</span> <a id="csv" class="chip" href="/files/orders.csv" download @click="ran">Orders as CSV</a>
  </div>
  <p>Archived {{ done }} times. <span id="out">{{ out }}</span></p>
  <div style="max-width:300px"><el-input id="seek" v-model="seek" placeholder="Search orders" /></div>
  <el-collapse v-model="open"><el-collapse-item title="Delivery rules" name="1">Heavy goods go by road.</el-collapse-item><el-collapse-item title="Returns" name="2">Within thirty days.</el-collapse-item></el-collapse>
  <el-tree id="tree" :data="tree" @node-click="ran" />
  <p id="hint">Orders are packed in the morning and leave the house at noon, except on Sundays.</p>`,
  components: { ElTable, ElTableColumn, ElPagination, ElSwitch, ElTabs, ElTabPane, ElInputNumber, ElRate, ElDropdown, ElDropdownMenu, ElDropdownItem, ElPopconfirm, ElButton, ElTree, ElCheckbox, ElCollapse, ElCollapseItem, ElInput, ElTag, ElIcon },
  setup() {
    const page = ref(1); const seek = ref(''); const out = ref(''); const busy = ref(false); let n = 0;
    const rows = computed(() => Array.from({ length: 6 }, (_, i) => { const k = (page.value - 1) * 6 + i; return { id: 100 + k, what: `${NAMES[(k * 5) % 6]} ${k}`, sum: 10 + ((k * 37) % 90) }; }).filter((r) => r.what.toLowerCase().includes(seek.value.toLowerCase())));
    const say = (type, message) => ElMessage({ type, message, duration: 2500, grouping: false });
    return { tab: ref('open'), page, rows, seek, out, busy, tree, auto: ref(false), days: ref(3), rate: ref(0), gift: ref(false), star: ref(false), sort: ref('newest'), done: ref(0), flags: ref(0), open: ref([]),
      ran: () => { window.__ran += 1; }, g: (id, fn) => guard(id, fn)(),
      ship: guard('ship', () => say('success', 'Two parcels are on the way'), { req: '/api/ship', busy: window.__boot.flavour === 2 ? (on) => { busy.value = on; } : undefined, bad: () => say('error', 'The carrier did not answer') }),
      labels: guard('labels', () => { n += 1; out.value = `Labels ${n} are ready`; }, { req: '/api/labels', get: true }),
      refund: guard('refund', () => say('success', 'Money sent back'), { req: '/api/refund', bad: () => say('error', 'Refund was refused') }),
      audit: guard('audit', () => { n += 1; out.value = `Stock is right, run ${n}`; }),
      remind: guard('remind', () => say('info', 'Reminder sent')) };
  },
};
createApp(App).mount('#app');
const css = document.createElement('style');
css.textContent = '.chip{padding:6px 12px;background:#e7eef7;border-radius:14px;cursor:pointer}.ico{font-size:26px;cursor:pointer;font-style:normal;padding:2px 6px;user-select:none}';
document.head.append(css);
if (window.__boot.flavour === 0) ticking(1500, (i) => `${412 + i} orders this year`);
