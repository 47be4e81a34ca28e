import Timing

/// How often a member's coming and going is passed on. A link that flaps, or a host that forges farewells, must not make
/// a segment decide, and a log grow, with every packet.
///
/// That a member went is passed on at once, that it came at most once a second. A member that comes and goes more often
/// than eight times within ten seconds counts as gone until it was calm for five.
package struct MemberDamping: Hashable, Sendable {
    package static let window = Duration.seconds(10)
    package static let changesInWindow = 8
    package static let calm = Duration.seconds(5)
    package static let gap = Duration.seconds(1)

    /// The last changes within the window, oldest first; one more than are allowed at most.
    private var changes: [Instant] = []
    private var lastRise: Instant?
    private var lastDetail: Instant?
    /// Until when the member counts as down, regardless of its packets.
    package private(set) var calmAt: Instant?

    package init() {}

    /// The member came or went. Returns whether it is from now on held down, and was not before.
    package mutating func noteChange(at now: Instant) -> Bool {
        let wasHeld = isHeld(at: now)
        changes.removeAll { $0.advanced(by: MemberDamping.window) <= now }
        changes.append(now)
        if changes.count > MemberDamping.changesInWindow + 1 { changes.removeFirst() }
        guard changes.count > MemberDamping.changesInWindow else { return false }
        calmAt = now.advanced(by: MemberDamping.calm)
        return !wasHeld
    }

    package func isHeld(at now: Instant) -> Bool { calmAt.map { now < $0 } ?? false }

    /// When it may be passed on that the member is there: now, or later.
    package func riseAllowed(at now: Instant) -> Instant {
        max(now, lastRise?.advanced(by: MemberDamping.gap) ?? now, calmAt ?? now)
    }

    package mutating func noteRise(at now: Instant) { (lastRise, lastDetail) = (now, now) }

    /// When a new address of a member may be passed on.
    package func detailAllowed(at now: Instant) -> Instant {
        guard let lastDetail, lastDetail != lastRise else { return now }
        return max(now, lastDetail.advanced(by: MemberDamping.gap))
    }

    package mutating func noteDetail(at now: Instant) { lastDetail = now }
}
