// The downtime list is printed by the browser, as it was read.
document.getElementById("print").addEventListener("click", () => print());
