import BFD

/// How the liveness engine of a node works.
package struct LivenessSettings: Hashable, Sendable {
    package var segment = SegmentConfiguration()
    /// The SCHED_FIFO priority of the engine's thread; `nil` leaves it an ordinary one. Above the answering of ARP and
    /// NDP: an answer that is late by a packet harms less than a node that is taken for dead.
    package var realtimePriority: Int32? = 25

    package init() {}
}
