import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ahead, App } from "./app";
import { Router } from "./state/router";
import "./styles/base.css";
import "./styles/views.css";

const root = document.getElementById("root");
if (root === null) throw new Error("BUG: index.html has no #root");
// A server nearby has answered by then, and the first picture is the page as it is going to be; of one far away, the page
// says what it waits for.
const patienceMS = 150;
await Promise.race([ahead(), new Promise((late) => setTimeout(late, patienceMS))]);
createRoot(root).render(
  <StrictMode>
    <Router>
      <App />
    </Router>
  </StrictMode>,
);
