import Addresses
import Timing

/// Finds the router on one interface by its advertisements (RFC 4861 §6.3), and lets it find this node: routers that hold
/// unnumbered BGP sessions wait for an advertisement of their neighbour. Ours say that this node is no default router.
///
/// A value: it decides, the caller acts, and comes back no later than ``nextDeadline``.
package struct RouterDiscovery: Hashable, Sendable {
    package enum Event: Hashable, Sendable {
        case received(RouterMessage, from: IPv6Address)
        case deadlineReached
    }

    package enum Action: Hashable, Sendable {
        case send(RouterMessage)
        /// The router is this one now; `nil`: there is none.
        case routerChanged(IPv6Address?)
    }

    private enum Timer: Hashable, Sendable {
        case solicit
        case advertise
        case expire(IPv6Address)
    }

    /// RFC 4861 §10, MIN_DELAY_BETWEEN_RAS.
    package static let advertisementInterval = Duration.seconds(3)
    /// More routers on one link are somebody's forgeries.
    package static let mostRouters = 16

    /// The one in use. It stays for as long as it is there; of others, the lowest address is next.
    package private(set) var router: IPv6Address?
    private var routers: Set<IPv6Address> = []
    private var timers = TimerSet<Timer>()
    private var solicitations: Backoff

    package init(at now: Instant) {
        // RFC 4861 §6.3.7 asks three times; RFC 7559 goes on, ever more rarely.
        solicitations = Backoff(first: .seconds(1), limit: .seconds(60))
        timers.set(.solicit, at: now)
        timers.set(.advertise, at: now)
    }

    package var nextDeadline: Instant? { timers.nextDeadline }

    package mutating func handle(
        _ event: Event, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .received(.solicitation, _):
            // RFC 4861 §6.2.6: an answer to all, and no sooner after the last than the interval.
            if !timers.isRunning(.advertise) { timers.set(.advertise, at: now) }
        case .received(.advertisement(let lifetime), let source):
            heard(source, lifetime: lifetime, at: now)
        case .deadlineReached:
            while let timer = timers.popExpired(at: now) {
                switch timer {
                case .solicit:
                    guard routers.isEmpty else { continue }
                    actions.append(.send(.solicitation))
                    timers.set(.solicit, at: now.advanced(by: solicitations.next(using: &generator)))
                case .advertise:
                    actions.append(.send(.advertisement(routerLifetime: .zero)))
                    timers.set(.advertise, at: now.advanced(by: RouterDiscovery.advertisementInterval))
                case .expire(let address): routers.remove(address)
                }
            }
        }
        choose(at: now, &actions)
        return actions
    }

    private mutating func heard(_ source: IPv6Address, lifetime: Duration, at now: Instant) {
        guard lifetime > .zero else {
            // RFC 4861 §6.3.4: it is no router any more, at once.
            routers.remove(source)
            timers.stop(.expire(source))
            return
        }
        guard routers.contains(source) || routers.count < RouterDiscovery.mostRouters else { return }
        routers.insert(source)
        timers.set(.expire(source), at: now.advanced(by: lifetime))
    }

    private mutating func choose(at now: Instant, _ actions: inout [Action]) {
        if routers.isEmpty, !timers.isRunning(.solicit) {
            solicitations.reset()
            timers.set(.solicit, at: now)
        }
        let best = router.flatMap { routers.contains($0) ? $0 : nil } ?? routers.min()
        guard best != router else { return }
        router = best
        actions.append(.routerChanged(best))
    }
}
