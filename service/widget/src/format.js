// Numbers, money, times and levels as the reader's language writes them.

const LEVELS = [[0.25, "beginner"], [0.5, "intermediate"], [0.75, "advanced"], [1, "expert"]];
const HOURS_A_DAY = 24;
const DAYS_A_WEEK = 7;

export class Formats {
  constructor(language) {
    this.language = language;
    this.#percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
    this.#number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
    this.#date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
    this.#moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
    this.#list = new Intl.ListFormat(language, { type: "conjunction" });
  }

  #percent;
  #number;
  #date;
  #moment;
  #list;

  percent = (share) => this.#percent.format(share);
  number = (value) => this.#number.format(value);
  date = (iso) => this.#date.format(new Date(iso));
  moment = (iso) => this.#moment.format(new Date(iso));
  list = (words) => this.#list.format(words);
  hours = (value) => this.#unit(value, "hour");

  /** The time between two moments, in whole weeks, or in days where it is less than two weeks. */
  span(from, to) {
    const days = Math.max(1, Math.round((new Date(to) - new Date(from)) / 3_600_000 / HOURS_A_DAY));
    return days < 2 * DAYS_A_WEEK ? this.#unit(days, "day") : this.#unit(Math.round(days / DAYS_A_WEEK), "week");
  }

  /** An amount; without a known currency the number alone. */
  money(amount, currency) {
    if (!currency) return this.number(amount);
    const digits = Number.isInteger(amount) ? 0 : 2;
    return new Intl.NumberFormat(this.language, {
      style: "currency",
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(amount);
  }

  #unit(value, unit) {
    return new Intl.NumberFormat(this.language, {
      style: "unit",
      unit,
      unitDisplay: "long",
      maximumFractionDigits: 1,
    }).format(value);
  }
}

/** The name of the level nearest to `level` (0..1), as the catalogues have it. */
export function levelName(level) {
  return LEVELS.reduce((a, b) => (Math.abs(b[0] - level) < Math.abs(a[0] - level) ? b : a))[1];
}
