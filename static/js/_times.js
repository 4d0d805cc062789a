// The server wrote real text; this keeps «2 hours ago» true while the page stays open.
const STEPS = [[60, 1, 'second'], [3600, 60, 'minute'], [86400, 3600, 'hour'], [2592000, 86400, 'day'], [31536000, 2592000, 'month']]
const words = document.body.dataset
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: 'auto' })

function inWords (seconds) {
  const [, size, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit) ?? [0, 31536000, 'year']
  return unit === 'second' ? words.msgNow : relative.format(Math.round(seconds / size), unit)
}

export const keepTimes = {
  now () {
    for (const time of document.querySelectorAll('time[data-rel]')) {
      time.textContent = inWords((Date.parse(time.dateTime) - Date.now()) / 1000)
    }
  },
  start () {
    setInterval(this.now, 30000)
  },
}
