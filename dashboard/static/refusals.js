// What the hub refused is shown to a human and kept here until they have tried again or let it go.
export async function showRefusals(outbox) {
  const place = document.getElementById("refused"), rows = await outbox.refusals();
  place.hidden = !rows.length;
  place.replaceChildren(...rows.map((row) => refusal(row, outbox)));
}

function refusal(row, outbox) {
  const line = document.createElement("p"), words = document.createElement("span"), again = document.createElement("button"), off = document.createElement("button");
  const what = { begin: "this call", end: "the end of the call", 999: "999" }[row.kind] ?? row.body.value ?? row.body.words ?? row.body.answer ?? "an answer taken back";
  words.textContent = `The hub did not take “${what}”: ${row.refused} It is kept here.`;
  again.textContent = "Try again";
  off.textContent = "Let it go";
  for (const button of [again, off]) { button.type = "button"; button.className = "btn btn--small"; }
  again.onclick = async () => { await outbox.tryAgain(row.n); showRefusals(outbox); };
  off.onclick = async () => { await outbox.giveUp(row.n); showRefusals(outbox); };
  line.append(words, again, off);
  return line;
}
