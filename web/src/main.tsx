import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { Router } from "./state/router";
import "./styles/base.css";
import "./styles/views.css";

const root = document.getElementById("root");
if (root === null) throw new Error("BUG: index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Router>
      <App />
    </Router>
  </StrictMode>,
);
