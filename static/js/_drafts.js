// Drafts: every pause is kept on this device; every few seconds also with the person's account, quietly.
const PAUSE = 600
const UPLOAD_EVERY = 5000

function stored (key, value) {
  try {
    if (value === undefined) return localStorage.getItem(key)
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch { /* a browser without storage keeps what is on the page */ }
  return null
}

export function keepDraft (textarea, note, place, words) {
  const key = `draft:${location.pathname}:${place ?? textarea.name}`
  const form = textarea.form
  let pause, upload, sent = false

  const before = stored(key)
  if (before && before !== textarea.value && before.startsWith(textarea.value)) { // what the account holds may be seconds behind
    textarea.value = before
    note.textContent = words.msgDraftBack
  }
  const toAccount = () => {
    upload = undefined
    if (sent || !place) return
    const body = new FormData(form)
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name)
    body.set('place', place)
    fetch('/drafts', { method: 'POST', body, headers: { 'HX-Request': 'true' }, keepalive: true }).catch(() => {}) // the device still has it
  }
  const soon = () => { upload ??= setTimeout(toAccount, UPLOAD_EVERY) }
  const keep = () => {
    clearTimeout(pause)
    pause = setTimeout(() => {
      stored(key, textarea.value || null)
      note.textContent = words.msgDraft
      soon()
    }, PAUSE)
  }
  textarea.addEventListener('input', keep)
  if (textarea.value !== textarea.defaultValue && textarea.value !== before) keep() // what was pasted before this script had come
  form.addEventListener('input', event => { if (event.target !== textarea) soon() }) // what stands beside the text belongs to the draft
  addEventListener('pagehide', () => { if (upload) { clearTimeout(upload); toAccount() } })
  addEventListener('pageshow', () => { sent = false })
  const forget = () => { sent = true; clearTimeout(pause); clearTimeout(upload); stored(key, null) }
  document.addEventListener('htmx:after:swap', event => {
    const source = event.detail.ctx?.sourceElement
    const posted = source === form && !document.querySelector('#summary')
    if (posted) forget()
  })
  form.addEventListener('submit', event => {
    const preview = event.submitter?.formTarget === '_blank'
    if (preview || form.hasAttribute('hx-post')) return
    sent = true
    sessionStorage.setItem('posted', key)
  })
  document.addEventListener('submit', ({ target }) => { // thrown away: what waits to be kept is not kept
    if (target.getAttribute('action') === '/drafts/discard' && target.elements.place.value === place) sent = true
  })
}

// A plain form was answered by a new page: the draft goes only when that page has no problem to show.
const posted = sessionStorage.getItem('posted')
if (posted && !document.querySelector('#summary')) stored(posted, null)
sessionStorage.removeItem('posted')
