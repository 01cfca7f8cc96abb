import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The API the development server talks to: the mock (npm run mock) or a real `rankle serve`.
const api = process.env["RANKLE_URL"] ?? "http://127.0.0.1:4173";

export default defineConfig({
  plugins: [react()],
  base: "/",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // light-dark() and nesting stay as written: the viewer needs Chrome 123, Firefox 120, Safari 17.5.
    target: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    license: { fileName: "licenses.md" },
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { "/api": { target: api, changeOrigin: false } } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
} as Parameters<typeof defineConfig>[0]);
