import Addresses
import Timing

/// Finds the router on one interface by its advertisements (RFC 4861 §6.3), and lets it find this node: routers that hold
/// unnumbered BGP sessions wait for an advertisement of their neighbor. Ours say that this node is no default router.
///
/// A value: it decides, the caller acts, and comes back no later than ``nextDeadline``.
package struct RouterDiscovery: Hashable, Sendable {
    package enum Event: Hashable, Sendable {
        case received(RouterMessage, from: IPv6Address)
        case deadlineReached
        /// A session with the router has come about, or was there and has ended.
        case session(with: IPv6Address, isEstablished: Bool)
        /// No session with the router has come about for a while.
        case failed(IPv6Address)
    }

    package enum Action: Hashable, Sendable {
        case send(RouterMessage)
        /// The router is this one now; `nil`: there is none. The others advertise themselves as well.
        case routerChanged(IPv6Address?, others: Set<IPv6Address>)
    }

    private enum Timer: Hashable, Sendable {
        case solicit
        case advertise
        case expire(IPv6Address)
    }

    /// RFC 4861 §10, MIN_DELAY_BETWEEN_RAS.
    package static let advertisementInterval = Duration.seconds(3)
    /// More routers on one link are forgeries.
    package static let mostRouters = 16
    /// RFC 4861 §6.2.1: routers say 18 hours at most, and advertise themselves every half hour at the latest. One that says
    /// nothing for so long is not believed to be there.
    package static let longestLifetime = Duration.seconds(1800)

    /// What is known of a router beside that it is there.
    private struct Candidate: Hashable, Sendable {
        /// How often no session came about since there was one.
        var failures = 0
    }

    /// The one in use. It stays for as long as it is there and sessions with it come about. Of others, the one with the fewest
    /// failures is next, and of these the lowest address.
    package private(set) var router: IPv6Address?
    private var candidates: [IPv6Address: Candidate] = [:]
    /// Whether there is a session with ``router``: then it is there, regardless of advertisements.
    private var hasSession = false
    private var toldOthers: Set<IPv6Address> = []
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
        case .session(let address, let isEstablished):
            guard address == router else { break }
            hasSession = isEstablished
            if isEstablished { candidates[address] = Candidate() }
            // Its time may have been over meanwhile.
            if !isEstablished, candidates[address] != nil, !timers.isRunning(.expire(address)) {
                candidates[address] = nil
            }
        case .failed(let address):
            guard address == router, !hasSession else { break }
            candidates[address]?.failures += 1
            // A real router answers at once, and finds the room that failures have made.
            solicitations.reset()
            timers.set(.solicit, at: now)
        case .deadlineReached:
            for _ in 0..<timers.count {
                guard let timer = timers.popExpired(at: now) else { break }
                switch timer {
                case .solicit:
                    guard candidates.values.allSatisfy({ $0.failures > 0 }), !hasSession else { continue }
                    actions.append(.send(.solicitation))
                    timers.set(.solicit, at: now.advanced(by: solicitations.next(using: &generator)))
                case .advertise:
                    actions.append(.send(.advertisement(routerLifetime: .zero)))
                    timers.set(.advertise, at: now.advanced(by: RouterDiscovery.advertisementInterval))
                case .expire(let address): if !(hasSession && address == router) { candidates[address] = nil }
                }
            }
        }
        choose(at: now, &actions)
        return actions
    }

    private mutating func heard(_ source: IPv6Address, lifetime: Duration, at now: Instant) {
        guard lifetime > .zero else {
            // RFC 4861 §6.3.4: it is no router any more, at once. But a session shows that it is, and anybody can say that it is
            // not; the session's end shows that, too.
            timers.stop(.expire(source))
            if !(hasSession && source == router) { candidates[source] = nil }
            return
        }
        guard candidates[source] != nil || makeRoom() else { return }
        candidates[source] = candidates[source] ?? Candidate()
        timers.set(.expire(source), at: now.advanced(by: min(lifetime, RouterDiscovery.longestLifetime)))
    }

    /// Whether there is room for one more: one that has failed makes it, the one that has most often first.
    private mutating func makeRoom() -> Bool {
        guard candidates.count >= RouterDiscovery.mostRouters else { return true }
        let failed = candidates.filter { $0.value.failures > 0 && $0.key != router }
        guard let worst = failed.max(by: { ($0.value.failures, $0.key) < ($1.value.failures, $1.key) }) else {
            return false
        }
        candidates[worst.key] = nil
        timers.stop(.expire(worst.key))
        return true
    }

    private mutating func choose(at now: Instant, _ actions: inout [Action]) {
        if candidates.isEmpty, !timers.isRunning(.solicit) {
            solicitations.reset()
            timers.set(.solicit, at: now)
        }
        let best = candidates.min { a, b in
            // The one in use comes first among those that have failed as often.
            (a.value.failures, a.key == router ? 0 : 1, a.key) < (b.value.failures, b.key == router ? 0 : 1, b.key)
        }?.key
        let next = hasSession ? router : best
        let others = Set(candidates.keys).subtracting([next].compactMap(\.self))
        guard next != router || others != toldOthers else { return }
        if next != router { hasSession = false }
        (router, toldOthers) = (next, others)
        actions.append(.routerChanged(next, others: others))
    }
}
