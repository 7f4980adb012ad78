// The keyboard: j and k, o, /, ?, Escape.

export function setUpKeys(board) {
  const text = document.querySelector('#filters input');
  const help = document.getElementById('help');
  const actions = {
    j: () => board.move(1),
    k: () => board.move(-1),
    o: () => toggleFocused(board),
    '/': () => text.focus(),
    '?': () => help.showModal(),
  };
  document.getElementById('help-button').addEventListener('click', actions['?']);
  addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (target.closest('input, select') !== null) {
      if (key === 'Escape') target.blur();
      return;
    }
    if (key === 'Enter' && target.matches('article')) toggleFocused(board);
    else if (Object.hasOwn(actions, key)) actions[key]();
    else return;
    event.preventDefault();
  });
}

function toggleFocused(board) {
  const box = document.activeElement?.closest('article');
  if (box !== null && box !== undefined) board.toggle(box.dataset.id);
}
