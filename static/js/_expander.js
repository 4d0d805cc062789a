// @people and #tags inside a textarea. It keeps its own role (ARIA in HTML allows no combobox there): a textbox with
// aria-autocomplete, aria-controls and aria-activedescendant, which screen readers announce as the arrow keys move.
const COPIED = ['font', 'lineHeight', 'letterSpacing', 'padding', 'border', 'direction', 'textAlign', 'wordSpacing', 'tabSize']

// Where is the caret? Copy the text up to it into a twin of the box and measure.
function caret (textarea, index) {
  const twin = document.createElement('div')
  const mark = document.createElement('span')
  const style = getComputedStyle(textarea)
  for (const name of COPIED) twin.style[name] = style[name]
  Object.assign(twin.style, { position: 'absolute', visibility: 'hidden', whiteSpace: 'pre-wrap', overflowWrap: 'break-word', width: `${textarea.clientWidth}px` })
  twin.textContent = textarea.value.slice(0, index)
  mark.textContent = '\u200b'
  twin.append(mark)
  textarea.parentElement.append(twin)
  const place = { x: mark.offsetLeft, y: mark.offsetTop + mark.offsetHeight - textarea.scrollTop }
  twin.remove()
  return place
}

export function expand (textarea, { pattern, suggest, label, say }) {
  const list = document.createElement('ul')
  Object.assign(list, { className: 'pop', role: 'listbox', id: `${textarea.id}-suggestions`, ariaLabel: label, hidden: true })
  textarea.after(list)
  textarea.setAttribute('aria-autocomplete', 'list')
  textarea.setAttribute('aria-haspopup', 'listbox')
  let start = -1, chosen = -1, items = [], asked = 0

  const close = () => {
    list.hidden = true
    textarea.removeAttribute('aria-controls')
    textarea.removeAttribute('aria-activedescendant')
    start = chosen = -1
  }
  const choose = index => {
    chosen = (index + items.length) % items.length
    ;[...list.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === chosen)))
    textarea.setAttribute('aria-activedescendant', list.children[chosen].id)
    list.children[chosen].scrollIntoView({ block: 'nearest' })
  }
  const take = () => {
    const text = `${items[chosen].value} `
    textarea.setSelectionRange(start, textarea.selectionStart)
    // execCommand keeps the browser's undo
    if (!document.execCommand('insertText', false, text)) textarea.setRangeText(text, start, textarea.selectionEnd, 'end')
    close()
  }
  const option = (item, index) => {
    const element = document.createElement('li')
    Object.assign(element, { role: 'option', id: `${list.id}-${index}`, textContent: item.label })
    element.addEventListener('pointerdown', event => { event.preventDefault(); chosen = index; take() })
    return element
  }
  const open = () => {
    const fresh = list.hidden
    list.replaceChildren(...items.map(option))
    list.hidden = false
    const { x, y } = caret(textarea, start)
    list.style.top = `${Math.min(y, textarea.clientHeight) + textarea.offsetTop + 4}px`
    list.style.left = `${Math.max(0, Math.min(x, textarea.clientWidth - 240))}px`
    textarea.setAttribute('aria-controls', list.id)
    choose(0)
    if (fresh) say(`${label} ${items.length}`, true)
  }
  textarea.addEventListener('input', async () => {
    const match = textarea.value.slice(0, textarea.selectionStart).match(pattern)
    if (!match) return close()
    start = textarea.selectionStart - match[0].trimStart().length
    const mine = ++asked
    const found = await suggest(match[1], match[2])
    if (mine !== asked) return
    items = found
    if (items.length) open()
    else close()
  })
  const keys = { ArrowDown: () => choose(chosen + 1), ArrowUp: () => choose(chosen - 1), Enter: take, Tab: take, Escape: close }
  textarea.addEventListener('keydown', event => {
    if (list.hidden || event.isComposing || !keys[event.key]) return
    event.preventDefault()
    event.stopImmediatePropagation()
    keys[event.key]()
  }, true)
  textarea.addEventListener('blur', close)
}
