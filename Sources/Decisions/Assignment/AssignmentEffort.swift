/// What ``AssignmentEngine`` has looked at since it was made. No decision depends on it: tests hold it against the number of
/// objects, so that the cost keeps following what changes.
package struct AssignmentEffort: Hashable, Sendable {
    /// Ports of shared addresses that were noted as in use, or as free.
    package var portsNoted = 0
    /// Pools that were tried for a Service by their selectors.
    package var poolsTried = 0
    /// Services that wait and were made candidates, because something became available.
    package var waitersWoken = 0
}
