// Account settings with React and MUI.
import { createRoot } from 'react-dom/client';
import { useState } from 'react';
import Button from '@mui/material/Button';
import Switch from '@mui/material/Switch';
import Tabs from '@mui/material/Tabs';
import Tab from '@mui/material/Tab';
import Slider from '@mui/material/Slider';
import TextField from '@mui/material/TextField';
import Snackbar from '@mui/material/Snackbar';
import Accordion from '@mui/material/Accordion';
import AccordionSummary from '@mui/material/AccordionSummary';
import AccordionDetails from '@mui/material/AccordionDetails';
import CircularProgress from '@mui/material/CircularProgress';
import FormControlLabel from '@mui/material/FormControlLabel';
import { guard } from '../page/kit.js';

function App() {
  const [tab, setTab] = useState(0);
  const [mail, setMail] = useState(true);
  const [news, setNews] = useState(false);
  const [vol, setVol] = useState(30);
  const [say, setSay] = useState('');
  const [busy, setBusy] = useState(false);
  const [rows, setRows] = useState(3);
  const [lamp, setLamp] = useState(1);
  return (<div>
    <h1>Settings</h1>
    <Tabs value={tab} onChange={(_, v) => { window.__ran += 1; setTab(v); }}><Tab id="t0" label="Profile" /><Tab id="t1" label="Alerts" /><Tab id="t2" label="Devices" /></Tabs>
    <p>{['Your name is shown to your team.', 'Alerts are sent at once.', 'Two devices are signed in.'][tab]}</p>
    <div><FormControlLabel id="mail" control={<Switch checked={mail} onChange={guard('mail', () => setMail((x) => !x))} />} label="Mail me" /></div>
    <div><FormControlLabel id="news" control={<Switch checked={news} onChange={guard('news', () => setNews((x) => !x))} />} label="Newsletter" /></div>
    <div style={{ width: 260 }}><Slider id="vol" value={vol} onChange={(_, v) => setVol(v)} aria-label="Volume" /></div>
    <TextField id="nick" label="Nickname" size="small" />
    <div className="bar">
      <Button id="save" variant="contained" onClick={guard('save', () => setSay('Saved'), { req: '/api/settings', bad: () => setSay('Could not be saved') })}>Save</Button>
      <Button id="test" onClick={guard('test', () => setSay('Test alert sent'))}>Send test alert</Button>
      <Button id="more" onClick={guard('more', () => setRows((r) => r + 2), { req: '/api/devices', get: true, busy: window.__boot.flavour === 1 ? undefined : setBusy })}>Show more devices{busy ? <CircularProgress size={16} /> : null}</Button>
      <Button id="dim" variant="outlined" onClick={guard('dim', () => setLamp((x) => x + 1))}>Brighter</Button>
      <Button id="rebuild" onClick={guard('rebuild', () => setSay('Index rebuilt'))}>Rebuild index</Button>
    </div>
    <p>Brightness {lamp}</p>
    <Accordion id="adv"><AccordionSummary id="advhead">Advanced</AccordionSummary><AccordionDetails>Cache: 12 MB</AccordionDetails></Accordion>
    {Array.from({ length: rows }, (_, i) => <div className="card" key={i}>Device {i + 1}</div>)}
    <Snackbar open={Boolean(say)} autoHideDuration={2500} onClose={(_, why) => { if (why !== 'clickaway') setSay(''); }} message={say} />
  </div>);
}
createRoot(document.getElementById('app')).render(<App />);
