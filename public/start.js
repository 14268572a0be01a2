// The browser takes over the page that the server rendered. Until then, and without this, the page's plain links and forms work.
import start, { hydrate } from "./aida.js";

start({ module_or_path: new URL("./aida_bg.wasm", import.meta.url) })
  .then(hydrate)
  .then(() => (document.documentElement.dataset.hydrated = ""));

// After a failure inside the program nothing on the page answers any more: say so, rather than let buttons look alive. The commonest
// cause is a page that was open while the server was brought up to date.
addEventListener("error", ({ error }) => tellIfBroken(error));
addEventListener("unhandledrejection", ({ reason }) => tellIfBroken(reason));

function tellIfBroken(error) {
  if (!(error instanceof WebAssembly.RuntimeError) || document.getElementById("broken")) return;
  const told = document.createElement("div");
  told.id = "broken";
  told.className = "alert alert-warning fixed inset-x-4 top-4 z-50 mx-auto max-w-lg shadow-lg";
  told.setAttribute("role", "alert");
  const words = document.createElement("span");
  words.textContent = "This page has stopped working. Calls are answered all the same.";
  const button = document.createElement("button");
  button.className = "btn btn-sm";
  button.textContent = "Load it again";
  button.onclick = () => location.reload();
  told.append(words, button);
  document.body.append(told);
}
