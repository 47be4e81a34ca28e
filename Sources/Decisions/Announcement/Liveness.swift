/// Which nodes are reachable on which segment, as seen from the local node.
package enum Liveness: Hashable, Sendable {
    /// One segment that all nodes share, and all are reachable on it. What `plan` assumes.
    case everyone
    /// By local interface, the nodes reachable on the segment that it is attached to. The local node counts as a member of
    /// each, named or not. An interface that may not carry announcements (down, unsuitable) is absent.
    case segments([String: Set<String>])
}
