// The palette, Ctrl/⌘+K on every page. It offers nothing of its own: places are the links of the menus, deeds are the buttons of the
// page, questions are what the search page finds; so nobody is offered what is not theirs, and without scripts nothing is missing.
import { plural } from './_say.js'

const PLACES = '.top nav a, .top-end>a, .menu-list :is(a, button), .foot a, main nav a:not([aria-current])'
const DEEDS = 'main :is(a.btn, button, summary, .links a, .lanes label)'
const OF_ROWS = 'li, td, markdown-toolbar, [role="listbox"]' // each row has them again
const TEXTS = 'textarea, input:is([type="text"], [type="search"], [type="email"], [type="password"], :not([type]))'
const SHORTEST = 3 // characters before questions are looked for
const MOST_FOUND = 5
const PAUSE = 250 // milliseconds without a key

const words = document.body.dataset
const dialog = document.getElementById('palette')
const input = dialog.querySelector('input')
const list = dialog.querySelector('[role="listbox"]')
const state = dialog.querySelector('[role="status"]')
let places = [], deeds = [], found = [], shown = [], active = -1, looking, pause

const plain = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase(document.documentElement.lang)
function nameOf (element) {
  const copy = element.cloneNode(true)
  for (const count of copy.querySelectorAll('.count, [data-count]')) count.remove()
  return (element.ariaLabel ?? copy.textContent).replace(/\s+/g, ' ').trim()
}


function tell (sentence, onlySpoken = false) {
  state.classList.toggle('vh', onlySpoken)
  state.textContent = sentence
}

// As a press on the control itself; a form with nothing typed is opened for typing instead of being sent.
function press (element) {
  const boxes = element.form && element.type === 'submit' && !element.formNoValidate
    ? [...element.form.elements].filter(box => box.matches(TEXTS) && box.checkVisibility())
    : []
  if (element.matches('summary')) {
    element.parentElement.open = true
    ;(element.parentElement.querySelector('textarea, input:not([type="hidden"]), select') ?? element).focus()
  } else if (element.matches('label')) {
    element.click()
    element.control.form.querySelector('textarea').focus()
  } else if (boxes.length && boxes.every(box => !box.value.trim())) boxes[0].focus()
  else element.click()
}

function offer (element) {
  const card = element.closest('main article.card')
  return { name: nameOf(element), about: card ? nameOf(card.querySelector('h2, h3')) : '', take: () => press(element) }
}

function collect () {
  const once = of => { const known = new Set(['']); return item => !known.has(of(item)) && known.add(of(item)) }
  const addresses = new Set()
  places = [...document.querySelectorAll(PLACES)]
    .filter(e => !e.matches('[data-palette]') && !(e.href && addresses.has(e.href)) && addresses.add(e.href))
    .map(offer).filter(once(item => item.name))
  deeds = [...document.querySelectorAll(DEEDS)]
    .filter(e => !e.disabled && e.checkVisibility() && (!e.closest(OF_ROWS) || e.closest('.links')))
    .map(offer).filter(once(item => `${item.name} ${item.about}`.trim()))
}

function choose (index) {
  active = shown.length && index >= 0 ? index % shown.length : -1
  const options = [...list.querySelectorAll('[role="option"]')]
  options.forEach((option, i) => option.setAttribute('aria-selected', String(i === active)))
  if (active < 0) return input.removeAttribute('aria-activedescendant')
  input.setAttribute('aria-activedescendant', options[active].id)
  options[active].scrollIntoView({ block: 'nearest' })
}

function take (item) {
  dialog.close()
  item.take()
}

function element (name, attributes, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) if (value) made.setAttribute(key, value)
  made.append(...children)
  return made
}

function option (item) {
  const made = element('li', { role: 'option', id: `palette-${shown.push(item)}` }, element('span', { lang: item.lang, dir: 'auto' }, item.name))
  if (item.about) made.append(' ', element('small', { dir: 'auto' }, item.about))
  made.addEventListener('pointerdown', event => event.preventDefault()) // the box keeps the focus
  made.addEventListener('click', () => take(item))
  return made
}

function group (name, items) {
  const id = `palette-group-${name}`
  return element('ul', { role: 'group', 'aria-labelledby': id }, element('li', { role: 'presentation', id }, list.dataset[name]), ...items.map(option))
}

const goes = address => () => location.assign(address)

function show () {
  const typed = input.value.trim()
  const parts = plain(typed).split(/\s+/)
  const holds = ({ name, about }, before) => parts.every(part => plain(` ${name} ${about}`).includes(before + part))
  const fitting = items => [true, false].flatMap(atStart => items.filter(item => holds(item, '') && holds(item, ' ') === atStart))
  const groups = {
    here: fitting(deeds.filter(item => typed || !item.about)), // what belongs to one of many answers has to be asked for
    places: fitting(places),
    questions: typed ? [{ name: list.dataset.search.replace('#', () => typed), take: goes(`/find?q=${encodeURIComponent(typed)}`) }, ...found] : [],
  }
  const before = active
  shown = []
  list.replaceChildren(...Object.entries(groups).filter(([, items]) => items.length).map(([name, items]) => group(name, items)))
  return { typed, before }
}

// The browser makes a document of the answer; no text is ever parsed by this page, and only words are taken out of it.
function lookUp (typed) {
  looking = new XMLHttpRequest()
  looking.responseType = 'document'
  looking.open('GET', `/find?q=${encodeURIComponent(typed)}`)
  looking.setRequestHeader('HX-Request', 'true')
  looking.onload = ({ target }) => {
    if (target.status !== 200) return tell(target.status === 429 ? words.msgBusy : words.msgFail)
    found = [...target.response.querySelectorAll('[id^="hit-"]')].slice(0, MOST_FOUND).map(hit => {
      const link = hit.querySelector('a')
      return { name: nameOf(link), lang: link.lang, about: nameOf(hit.querySelector('.status')), take: goes(link.getAttribute('href')) }
    })
    choose(show().before)
    tell(plural(state.dataset.plural, shown.length), true)
  }
  looking.onerror = () => tell(navigator.onLine ? words.msgFail : words.msgOffline)
  looking.send()
}

input.addEventListener('input', () => {
  clearTimeout(pause)
  looking?.abort()
  found = []
  const { typed } = show()
  choose(typed ? 0 : -1)
  pause = setTimeout(() => {
    tell(plural(state.dataset.plural, shown.length), true)
    if (typed.length >= SHORTEST) lookUp(typed)
  }, PAUSE)
})
input.addEventListener('keydown', event => {
  if (event.isComposing) return
  if (event.key === 'ArrowDown') choose(active + 1)
  else if (event.key === 'ArrowUp') choose(active > 0 ? active - 1 : shown.length - 1)
  else if (event.key === 'Enter') { if (active >= 0) take(shown[active]) }
  else return
  event.preventDefault()
})
dialog.querySelector('button').addEventListener('click', () => dialog.close())
dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close() }) // beside it
dialog.addEventListener('close', () => { clearTimeout(pause); looking?.abort() })

// What changes on the page meanwhile changes what can be done there.
document.addEventListener('htmx:after:swap', () => {
  if (!dialog.open) return
  collect()
  choose(show().before)
})

export function toggle () {
  if (dialog.open) return dialog.close()
  const menu = document.activeElement.closest('details.menu[open]')
  if (menu) { menu.querySelector('summary').focus(); menu.open = false } // where the focus comes back to
  input.value = ''
  found = []
  collect()
  show()
  choose(-1)
  dialog.showModal()
  input.focus()
  tell(plural(state.dataset.plural, shown.length), true)
}
