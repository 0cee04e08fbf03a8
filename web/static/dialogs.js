// A question before something that cannot be taken back. The dialog's form answers with the value of the button.

/** Whether the person said yes. Escape says no. */
export function confirmed(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
  });
}
