/// RFC 3339 timestamps, as Kubernetes writes them.
package enum Timestamp {
  /// Seconds since 1970 (UTC), fractions dropped; nil where the text is no timestamp of the years 1970…9999.
  package static func unixSeconds(_ text: String) -> Int64? {
    let pattern =
      /([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})/
    guard let match = text.wholeMatch(of: pattern)?.output,
      let year = Int64(match.1), let month = Int64(match.2), let day = Int64(match.3),
      let hour = Int64(match.4), let minute = Int64(match.5), let second = Int64(match.6),
      let offset = offsetSeconds(match.8)
    else { return nil }
    // A leap second (60) is RFC 3339 §5.6; it counts as the first second of the next minute.
    guard year >= 1970, (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60 else {
      return nil
    }
    return days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
  }

  private static func offsetSeconds(_ zone: Substring) -> Int64? {
    guard zone != "Z", zone != "z" else { return 0 }
    let parts = zone.dropFirst().split(separator: ":")
    guard parts.count == 2, let hours = Int64(parts[0]), let minutes = Int64(parts[1]), hours < 24, minutes < 60 else {
      return nil
    }
    return (zone.first == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  /// Days since 1970-01-01 in the proleptic Gregorian calendar, by counting from March so that leap days come last.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let marchYear = month <= 2 ? year - 1 : year
    let marchMonth = (month + 9) % 12
    let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
    return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
  }
}
