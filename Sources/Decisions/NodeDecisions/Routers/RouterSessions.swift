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

    /// A router that speaks BGP answers sooner.
    package static let patience = Duration.seconds(5)

    private struct Known: Hashable, Sendable {
        let router: IPv6Address
        var isEstablished = false
        /// Since when there is none, or since when it was said that there is none.
        var waitingSince: Instant
    }

    private var known: [String: Known] = [:]

    package init() {}

    /// Takes the sessions as they are now; to be called every second or so.
    package mutating func look(at sessions: [Session], now: Instant) -> [Outcome] {
        var outcomes: [Outcome] = []
        // Several peers on an interface: one established session is enough.
        let established = Set(sessions.filter(\.isEstablished).map(\.interface))
        let byInterface = Dictionary(sessions.map { ($0.interface, $0.router) }) { first, _ in first }
        known = known.filter { byInterface[$0.key] == $0.value.router }
        for (interface, router) in byInterface.sorted(by: { $0.key < $1.key }) {
            var item = known[interface] ?? Known(router: router, waitingSince: now)
            let isEstablished = established.contains(interface)
            if isEstablished != item.isEstablished {
                item.isEstablished = isEstablished
                item.waitingSince = now
                outcomes.append(
                    Outcome(interface: interface, event: .session(with: router, isEstablished: isEstablished)))
            } else if !isEstablished, item.waitingSince.duration(to: now) >= RouterSessions.patience {
                item.waitingSince = now
                outcomes.append(Outcome(interface: interface, event: .failed(router)))
            }
            known[interface] = item
        }
        return outcomes
    }
}
