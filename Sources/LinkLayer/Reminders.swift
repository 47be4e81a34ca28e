import Addresses
import DequeModule

/// What newcomers are still to be told of: addresses that this node holds. Each is told by itself, one after the other, so
/// that nobody else hears a burst.
struct Reminders: Sendable {
    private struct List: Sendable {
        let addresses: [IPAddress]
        let newcomer: MACAddress
    }

    private var lists: Deque<List> = []
    /// The next of the first list.
    private var next = 0

    var isEmpty: Bool { lists.isEmpty }

    /// One that waits to be told does not wait twice.
    mutating func add(_ addresses: [IPAddress], to newcomer: MACAddress) {
        let waiting = lists.dropFirst(next > 0 ? 1 : 0)
        guard !addresses.isEmpty, !waiting.contains(where: { $0.newcomer == newcomer }) else { return }
        lists.append(List(addresses: addresses, newcomer: newcomer))
    }

    mutating func pop() -> (address: IPAddress, newcomer: MACAddress)? {
        guard let list = lists.first else { return nil }
        let address = list.addresses[next]
        next += 1
        if next == list.addresses.count {
            lists.removeFirst()
            next = 0
        }
        return (address, list.newcomer)
    }
}
