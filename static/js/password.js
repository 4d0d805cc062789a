// How hard a new password is to guess, told while it is typed. The server alone decides what is accepted; nothing leaves this page.
const TRIED_FIRST = /p[a@][s5$]{2}w?[o0]r[dt]|pa[s5$]{2}wort|welcome|willkommen|letmein|iloveyou|hallo|admin|qwert[yz]|[0-9]*12345[0-9]*|(spring|summer|autumn|winter|sommer|herbst|fr.hling)?20[0-9]{2}/g
const STEPS = [28, 38, 52, 72] // bits: below the first it falls at once, above the last nobody tries
const QUIET = 700 // milliseconds without a key before anything is said aloud

// One for each character that tells something new: runs, repeats and what everybody tries first count as one.
function surprises (text) {
  let count = 0
  const seen = new Set()
  for (let i = 0; i < text.length; i++) {
    const step = i > 0 ? text.charCodeAt(i) - text.charCodeAt(i - 1) : 9
    const again = i > 1 && seen.has(text.slice(i - 1, i + 1))
    if (i > 0) seen.add(text.slice(i - 1, i + 1))
    count += Math.abs(step) <= 1 || again ? 0.25 : 1
  }
  return count
}

function bits (password, about) {
  let plain = password.toLowerCase().replaceAll(TRIED_FIRST, '\u0001')
  for (const word of about) if (word.length > 2) plain = plain.replaceAll(word, '\u0001')
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9\s]/].filter(kind => kind.test(password)).length
  return surprises(plain) * (3 + kinds * 0.6)
}

// What stands in the other fields of the form is guessed first.
function wordsAbout (form) {
  return [...form.querySelectorAll('input[name="name"], input[name="email"]')].flatMap(input => input.value.toLowerCase().split(/[\s@.]+/))
}

export function enhance (place) {
  const input = document.getElementById(place.dataset.for)
  const meter = place.querySelector('meter')
  const sentence = place.querySelector('p')
  const words = JSON.parse(place.dataset.words)
  let timer
  const show = () => {
    const { value } = input
    meter.hidden = !value
    const tooShort = [...value].length < input.minLength
    const level = tooShort ? 0 : STEPS.filter(step => bits(value, wordsAbout(input.form)) >= step).length
    meter.value = tooShort ? 0.5 : level + 1
    place.dataset.level = level
    clearTimeout(timer)
    const said = value ? words[tooShort ? 'short' : level] : ''
    timer = setTimeout(() => { if (sentence.textContent !== said) sentence.textContent = said }, QUIET)
  }
  input.addEventListener('input', show)
  show()
}
