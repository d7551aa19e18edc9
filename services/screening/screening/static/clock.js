// The time of day by the site's clock, whatever the desk's computer is set to.
export function clock(at, zone) {
  return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
}
