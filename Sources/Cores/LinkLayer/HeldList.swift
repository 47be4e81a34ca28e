import Addresses

/// The addresses that this node has on a segment, in an order in which they can be gone through while some come and go.
///
/// Adding and removing cost the same however many there are. A walk from the end to the beginning
/// misses none that stays: the gap of one that leaves is filled by the last.
struct HeldList: Sendable {
    private(set) var elements: [IPAddress] = []
    private var positions: [IPAddress: Int] = [:]

    mutating func insert(_ address: IPAddress) {
        guard positions[address] == nil else { return }
        positions[address] = elements.count
        elements.append(address)
    }

    mutating func remove(_ address: IPAddress) {
        guard let position = positions.removeValue(forKey: address), let last = elements.popLast() else { return }
        guard position < elements.count else { return }
        elements[position] = last
        positions[last] = position
    }
}
