// Runs once, when the (empty) source panel is loaded; Gradio hands in element, trigger, props and watch.
// What it may tell the server: trigger('ask', {text}), trigger('cite', {link}), trigger('look', {question, publisher,
// kind, since, until}), and of documents trigger('preview', {id, start}), trigger('alter', {do, id}), trigger('narrow',
// {words, show, sort}) or trigger('narrow', {more}).

document.documentElement.lang = props.lang; // Gradio's page says "en" and has no setting for it

// ---- the source panel

let opener = null; // the link it was opened from, which gets the focus back

function show() {
  const source = element.querySelector('.hd-source');
  document.body.classList.toggle('hd-open', Boolean(source));
  if (!source) return;
  const text = source.querySelector('.hd-text');
  const mark = source.querySelector('mark');
  if (!mark) source.scrollTop = 0; // a document whole: from its beginning
  if (!mark && text) text.scrollTop = 0;
  if (mark) text.scrollTop += mark.getBoundingClientRect().top - text.getBoundingClientRect().top - text.clientHeight / 4;
  source.querySelector('h2').focus({ preventScroll: true });
}

function close() {
  props.value = '';
  document.body.classList.remove('hd-open');
  if (opener && opener.isConnected) opener.focus({ preventScroll: true });
}

watch('value', show);

// ---- what was just done takes the focus of the button that did it, which may be gone; undoing is the next key away

let said = true;

function say() {
  const toast = document.querySelector('.hd-toast span');
  if (said || !toast) return;
  said = true;
  toast.focus({ preventScroll: true });
}

// ---- clicks and keys

const clicks = {
  'a[href^="#cite-"]': (link) => {
    if (opener && opener.href === link.href) show(); // the server's answer will change nothing, so nothing calls show()
    opener = link;
    trigger('cite', { link: link.getAttribute('href') });
  },
  '.hd-close': close,
  '[data-ask]': (button) => trigger('ask', { text: button.dataset.ask }),
  '[data-preview]': (button) => {
    if (!element.contains(button)) opener = button; // those within turn the pages of what is open
    trigger('preview', { id: button.dataset.preview, start: button.dataset.start });
  },
  '[data-do]': (button) => {
    button.disabled = true; // until the list comes anew
    trigger('alter', { do: button.dataset.do, id: button.dataset.id });
    said = button.dataset.do === 'hide' || button.dataset.do === 'dismiss';
    say();
  },
  '[data-more]': () => trigger('narrow', { more: 'more' }),
};

document.addEventListener('click', (event) => {
  for (const [selector, act] of Object.entries(clicks)) {
    const target = event.target.closest(selector);
    if (target) {
      event.preventDefault();
      act(target);
    }
  }
}, true);

document.addEventListener('submit', (event) => {
  const form = event.target.closest('.hd-find, .hd-view');
  if (!form) return;
  event.preventDefault();
  if (form.matches('.hd-view')) return; // the list follows every letter
  if (matchMedia('(pointer: coarse)').matches) document.activeElement.blur(); // a phone's keyboard hides what was found
  trigger('look', Object.fromEntries(new FormData(form)));
}, true);

let typing = 0;

document.addEventListener('input', (event) => {
  const form = event.target.closest('.hd-view');
  if (!form) return;
  clearTimeout(typing);
  typing = setTimeout(() => trigger('narrow', Object.fromEntries(new FormData(form))), 150);
}, true);

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && element.querySelector('.hd-source')) close();
});

// ---- the conversation: a new question moves to the top of the window, so that its answer is read from its beginning

let asked = 0;
let greeted = false;

function follow() {
  const exchanges = document.querySelectorAll('.hd-exchange');
  document.body.classList.toggle('hd-talking', exchanges.length > 0);
  if (exchanges.length > asked) exchanges[exchanges.length - 1].scrollIntoView({ block: 'start' });
  asked = exchanges.length;
  const box = document.querySelector('#hd-box textarea'); // appears after this file has run
  if (box && !greeted) {
    greeted = true;
    // not `autofocus`: it scrolls the page, and opens the keyboard of a phone before anything is read
    if (matchMedia('(pointer: fine)').matches) box.focus({ preventScroll: true });
  }
}

// ---- Gradio's own English, replaced as it appears

function ours(text) {
  const trimmed = text.trim();
  for (const [english, words] of Object.entries(props.built_in)) {
    if (english.endsWith('*') ? trimmed.startsWith(english.slice(0, -1)) : trimmed === english) return words;
  }
  return null;
}

function translate(node) {
  const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (text.parentElement.closest('#hd-talk, #hd-panel, #hd-job, #hd-shelf, #hd-trash, #hd-toast, #hd-found, script, style')) continue;
    const words = ours(text.data);
    if (words !== null && words !== text.data) text.data = words;
  }
  for (const labelled of node.querySelectorAll('[aria-label]')) {
    const words = ours(labelled.getAttribute('aria-label'));
    if (words !== null) labelled.setAttribute('aria-label', words);
  }
}

new MutationObserver((changes) => {
  follow();
  say();
  for (const change of changes) {
    for (const node of change.addedNodes) {
      if (node.nodeType === Node.ELEMENT_NODE) translate(node);
    }
  }
}).observe(document.body, { childList: true, subtree: true });
translate(document.body);
follow();
