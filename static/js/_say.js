// Say a sentence: the page's one polite live region, which is also the toast. Where the eye sees it anyway it is only spoken.
export function say (text, onlySpoken = false) {
  const region = document.getElementById('say')
  region.textContent = ''
  const sentence = onlySpoken ? Object.assign(document.createElement('span'), { className: 'vh', textContent: text }) : text
  setTimeout(() => { region.replaceChildren(sentence) }, 80) // an empty moment lets the same sentence be read out again
}

// Choose the plural form that the server printed as JSON: {"one": "Show # new answer", "other": "Show # new answers"}.
export function plural (forms, count) {
  const language = document.documentElement.lang
  const table = JSON.parse(forms)
  const form = table[new Intl.PluralRules(language).select(count)] ?? table.other
  return form.replace('#', count.toLocaleString(language))
}

// The session has ended: the way back in stays in sight until it is taken.
export function locked () {
  const bar = document.getElementById('locked')
  bar.querySelector('a').href = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`
  bar.hidden = false
  say(document.body.dataset.msgLocked, true)
}
