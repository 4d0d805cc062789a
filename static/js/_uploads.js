// A pasted or dropped picture is uploaded and becomes ![…](…), with the description selected so that people write one.
async function send (file, form) {
  const body = new FormData()
  body.append('file', file)
  body.append('csrf_token', form.elements.csrf_token?.value ?? '')
  const response = await fetch('/uploads', { method: 'POST', body, headers: { 'HX-Request': 'true' } })
  if (!response.ok) throw new Error(String(response.status))
  return (await response.json()).url
}

async function place (file, textarea, words, say) {
  const waiting = `![${words.msgUploading}…]()`
  textarea.setRangeText(waiting, textarea.selectionStart, textarea.selectionEnd, 'end')
  say(words.msgUploading)
  try {
    const url = await send(file, textarea.form)
    const picture = file.type.startsWith('image/')
    const text = picture ? words.msgAlt : file.name
    const at = textarea.value.indexOf(waiting)
    textarea.setRangeText(`${picture ? '!' : ''}[${text}](${url})`, at, at + waiting.length)
    textarea.focus()
    const start = at + (picture ? 2 : 1)
    textarea.setSelectionRange(start, start + text.length)
    say(words.msgUploaded)
  } catch {
    textarea.value = textarea.value.replace(waiting, '')
    say(words.msgUploadFail)
  }
  textarea.dispatchEvent(new Event('input', { bubbles: true }))
}

export function receiveFiles (box, textarea, words, say) {
  const take = async files => { for (const file of files) await place(file, textarea, words, say) }
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
