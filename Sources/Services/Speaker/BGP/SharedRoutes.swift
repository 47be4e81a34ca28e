import Addresses
import BGP
import Synchronization

/// The one table of routes, which changes go into and every peer's sender takes from. No call holds it for longer than it
/// takes to make one batch of UPDATEs.
final class SharedRoutes: Sendable {
    private struct Contents {
        var table = AdjRIBOut()
        /// Wake the senders of the peers whose sessions are up.
        var wakeUps: [String: AsyncStream<Void>.Continuation] = [:]
    }

    private let contents = Mutex(Contents())

    /// Changes routes, and wakes those who have something to send. Returns the routes that cannot be announced.
    func apply(_ changes: [RouteChange]) -> [IPPrefix] {
        contents.withLock { contents in
            let effect = contents.table.apply(changes)
            for peer in effect.peers { contents.wakeUps[peer]?.yield() }
            return effect.refused
        }
    }

    func attach(_ peer: String, _ encoding: PeerEncoding, wakeUp: AsyncStream<Void>.Continuation) {
        contents.withLock { contents in
            contents.table.attach(peer, encoding)
            contents.wakeUps[peer] = wakeUp
        }
        wakeUp.yield()
    }

    func detach(_ peer: String) {
        contents.withLock { contents in
            contents.table.detach(peer)
            contents.wakeUps[peer] = nil
        }
    }

    func sendAgain(_ peer: String, _ family: AddressFamily, isEnhanced: Bool) {
        contents.withLock { contents in
            contents.table.sendAgain(peer, family, isEnhanced: isEnhanced)
            contents.wakeUps[peer]?.yield()
        }
    }

    func takeOutput(for peer: String, limit: Int) -> AdjRIBOut.Output? {
        contents.withLock { $0.table.takeOutput(for: peer, limit: limit) }
    }

    func prefixesSent(to peer: String) -> Int { contents.withLock { $0.table.prefixesSent(to: peer) } }

    var routeCount: Int { contents.withLock { $0.table.routeCount } }
}
