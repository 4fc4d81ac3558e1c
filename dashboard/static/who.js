// Who was logged in on this computer last: whose call it is that begins while the hub is away.
const WHO = "fp-who";

export const remember = (who) => localStorage.setItem(WHO, JSON.stringify(who));
export const forget = () => localStorage.removeItem(WHO);
export function who() {
  try { return JSON.parse(localStorage.getItem(WHO)) ?? { id: 0, name: "" }; } catch { return { id: 0, name: "" }; }
}
