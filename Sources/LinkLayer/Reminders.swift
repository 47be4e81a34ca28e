import Addresses

/// What a newcomer is still to be told of: addresses that this node holds. Told to it alone, so that nobody else hears a
/// burst; only if several ask at once, to all.
struct Reminders: Sendable {
    private var addresses: [IPAddress] = []
    private var next = 0
    /// `nil`: everybody.
    private var neighbor: MACAddress?

    var isEmpty: Bool { next == addresses.count }

    mutating func add(_ all: [IPAddress], to newcomer: MACAddress) {
        let isShared = !isEmpty && neighbor != newcomer
        addresses = all
        next = 0
        neighbor = isShared ? nil : newcomer
    }

    mutating func pop() -> (address: IPAddress, neighbor: MACAddress?)? {
        guard next < addresses.count else { return nil }
        defer {
            next += 1
            if isEmpty { self = Reminders() }
        }
        return (addresses[next], neighbor)
    }
}
