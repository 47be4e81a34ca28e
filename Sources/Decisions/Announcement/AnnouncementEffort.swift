/// What ``AnnouncementEngine`` has looked at since it was made. No decision depends on it: tests hold it against the number
/// of objects, so that the cost keeps following what changes.
package struct AnnouncementEffort: Hashable, Sendable {
    /// Advertisements whose `serviceSelectors` were tried on a Service.
    package var advertisementsTried = 0
    /// Claims to an address that were weighed to say which nodes may own it: those that Services have alike count once.
    package var claimsWeighed = 0
}
