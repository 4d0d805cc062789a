// A pasted, dropped or chosen file is uploaded and becomes a link; a picture becomes ![…](…), with the description selected so that
// people write one.
import { locked } from './_say.js'

class Refused extends Error {}
const WORDS_OF = new Map([[401, document.body.dataset.msgLocked], [429, document.body.dataset.msgBusy]])

async function send (file, form) {
  const body = new FormData()
  body.append('file', file)
  body.append('csrf_token', new FormData(form).get('csrf_token') ?? '') // not elements.csrf_token: buttons beside have that name too
  const response = await fetch('/uploads', { method: 'POST', body, headers: { 'HX-Request': 'true' } })
  const kept = await response.json().catch(() => ({})) // who stands between us and the server answers with a page
  if (response.status === 401) locked()
  if (!response.ok || !kept.url) throw new Refused(kept.problem ?? WORDS_OF.get(response.status) ?? '')
  return kept.url
}

// Returns where the link ends; nothing when there is none.
async function place (file, textarea, words, say) {
  const waiting = `![${words.msgUploading}…]()`
  textarea.setRangeText(waiting, textarea.selectionStart, textarea.selectionEnd, 'end')
  say(words.msgUploading)
  try {
    const url = await send(file, textarea.form)
    const picture = file.type.startsWith('image/')
    const text = picture ? words.msgAlt : file.name
    const at = textarea.value.indexOf(waiting)
    const link = `${picture ? '!' : ''}[${text}](${url})`
    textarea.setRangeText(link, at, at + waiting.length)
    textarea.focus()
    const start = at + (picture ? 2 : 1)
    textarea.setSelectionRange(start, start + text.length)
    say(picture ? words.msgUploaded : words.msgAttached)
    return at + link.length
  } catch (problem) {
    textarea.value = textarea.value.replace(waiting, '')
    const why = problem instanceof Refused ? problem.message : !navigator.onLine && words.msgOffline
    say(why || words.msgUploadFail)
  } finally {
    textarea.dispatchEvent(new Event('input', { bubbles: true }))
  }
}

export function receiveFiles (box, textarea, words, say) {
  const take = async files => {
    let end
    for (const file of [...files]) {
      if (end) textarea.setRangeText('\n', end, end, 'end') // else it would replace the description that is selected
      end = await place(file, textarea, words, say)
    }
  }
  const picker = box.querySelector('input[type=file]')
  let entered = document.activeElement === textarea
  textarea.addEventListener('focus', () => { entered = true }, { once: true })
  const chosen = () => {
    if (!entered && textarea.value) textarea.setRangeText('\n\n', textarea.value.length, textarea.value.length, 'end') // after the draft
    take(picker.files)
    picker.value = ''
  }
  picker.addEventListener('change', chosen)
  if (picker.files.length) chosen() // before this part had arrived
  textarea.addEventListener('paste', event => {
    const files = [...(event.clipboardData?.files ?? [])]
    if (!files.length) return
    event.preventDefault()
    take(files)
  })
  box.addEventListener('dragover', event => { event.preventDefault(); box.dataset.drag = '' })
  box.addEventListener('dragleave', () => delete box.dataset.drag)
  box.addEventListener('drop', event => { event.preventDefault(); delete box.dataset.drag; take(event.dataTransfer.files) })
}
