import Addresses
import LinkLayer
import Timing

/// Decides, of unnumbered peers, whether the router that was found is one that speaks BGP with this node; and says it to who
/// finds them.
package struct RouterSessions: Hashable, Sendable {
    /// The current session with an unnumbered peer.
    package struct Session: Hashable, Sendable {
        package let interface: String
        package let router: IPv6Address
        package let isEstablished: Bool

        package init(interface: String, router: IPv6Address, isEstablished: Bool) {
            self.interface = interface
            self.router = router
            self.isEstablished = isEstablished
        }
    }

    package struct Outcome: Hashable, Sendable {
        package let interface: String
        package let event: RouterDiscovery.Event
    }

    /// How long a router has for its first trial. Most that speak BGP answer sooner, so a list of forged ones is soon at its
    /// end. Each further trial of a router takes twice as long, because some have to wait for an advertisement of this node.
    package static let firstPatience = Duration.seconds(1)
    package static let longestPatience = Duration.seconds(8)
    /// How many routers of an interface are remembered: more than can be found.
    private static let mostTried = 2 * RouterDiscovery.mostRouters

    private struct Known: Hashable, Sendable {
        let router: IPv6Address
        var isEstablished = false
        /// Since when there is none, or since when it was said that there is none.
        var waitingSince: Instant
    }

    private var known: [String: Known] = [:]
    /// How long the next trial of a router takes, by interface.
    private var patience: [String: [IPv6Address: Duration]] = [:]

    package init() {}

    /// Takes the sessions as they are now; to be called every second or so.
    package mutating func look(at sessions: [Session], now: Instant) -> [Outcome] {
        var outcomes: [Outcome] = []
        // Several peers on an interface: one established session is enough.
        let established = Set(sessions.filter(\.isEstablished).map(\.interface))
        let byInterface = Dictionary(sessions.map { ($0.interface, $0.router) }) { first, _ in first }
        known = known.filter { byInterface[$0.key] == $0.value.router }
        patience = patience.filter { byInterface[$0.key] != nil }
        for (interface, router) in byInterface.sorted(by: { $0.key < $1.key }) {
            var item = known[interface] ?? Known(router: router, waitingSince: now)
            let isEstablished = established.contains(interface)
            if isEstablished != item.isEstablished {
                item.isEstablished = isEstablished
                item.waitingSince = now
                outcomes.append(
                    Outcome(interface: interface, event: .session(with: router, isEstablished: isEstablished)))
                // One that has spoken BGP is worth waiting for.
                patience[interface] = [router: RouterSessions.longestPatience]
            } else if !isEstablished, item.waitingSince.duration(to: now) >= patience(with: router, on: interface) {
                item.waitingSince = now
                note(failureOf: router, on: interface)
                outcomes.append(Outcome(interface: interface, event: .failed(router)))
            }
            known[interface] = item
        }
        return outcomes
    }

    private func patience(with router: IPv6Address, on interface: String) -> Duration {
        patience[interface]?[router] ?? RouterSessions.firstPatience
    }

    private mutating func note(failureOf router: IPv6Address, on interface: String) {
        let next = min(patience(with: router, on: interface) * 2, RouterSessions.longestPatience)
        if patience[interface]?.count ?? 0 >= RouterSessions.mostTried { patience[interface] = nil }
        patience[interface, default: [:]][router] = next
    }
}
