import Addresses
import HeapModule
import Timing

/// The addresses of one family in one pool: which are free, held or resting, and which is given next.
///
/// First those that were not released since they became free, lowest slot first; then those that have rested, the least
/// recently released first. Every operation takes a few steps, however many addresses there are and however many are held.
package struct AddressStock: Sendable {
    package enum Condition: Hashable, Sendable {
        case free
        case held
        /// Released, and not to be given yet.
        case resting
        /// Released, rested, and free again.
        case rested(releasedAt: Instant)
    }

    private struct Rested: Comparable, Sendable {
        let releasedAt: Instant
        let slot: UInt128

        static func < (a: Rested, b: Rested) -> Bool { (a.releasedAt, a.slot) < (b.releasedAt, b.slot) }
    }

    package let segments: AddressSegments
    /// Held and resting and rested addresses are taken here. `nil` where there is no address at all.
    private var slots: FreeSlots?
    private var released: [UInt128: Condition] = [:]
    /// May hold entries that ``released`` knows no longer.
    private var queue: Heap<Rested> = []
    private var restedCount = 0

    /// How many addresses are held.
    package private(set) var heldCount = 0
    /// How many addresses rest.
    package private(set) var restingCount = 0

    package init(_ segments: AddressSegments) {
        self.segments = segments
        slots = segments.count.lessOne.map { FreeSlots(last: $0) }
    }

    package var family: AddressFamily { segments.family }

    /// How many addresses there are.
    package var size: AddressCount { segments.count }

    /// How many addresses could be given now.
    package var available: AddressCount { size.subtracting(UInt128(heldCount + restingCount)) }

    package var hasAvailable: Bool { restedCount > 0 || slots?.lowestFree != nil }

    /// The condition of an address, or `nil` if it is not of this stock.
    package func condition(of address: IPAddress) -> Condition? {
        guard let slot = segments.slot(of: address), let slots else { return nil }
        return slots.isTaken(slot) ? released[slot] ?? .held : .free
    }

    /// Gives the address that is next.
    package mutating func takeNext() -> IPAddress? {
        if let slot = slots?.takeLowest() {
            heldCount += 1
            return segments.address(at: slot)
        }
        while let next = queue.popMin() {
            guard released[next.slot] == .rested(releasedAt: next.releasedAt) else { continue }
            released[next.slot] = nil
            restedCount -= 1
            heldCount += 1
            return segments.address(at: next.slot)
        }
        return nil
    }

    /// Whether the address was here and not held, and now is held. Whoever calls judges whether a resting one may be.
    package mutating func take(_ address: IPAddress) -> Bool {
        guard let slot = segments.slot(of: address), let condition = condition(of: address) else { return false }
        switch condition {
        case .held: return false
        case .free: slots?.take(slot)
        case .resting: restingCount -= 1
        case .rested: restedCount -= 1
        }
        released[slot] = nil
        heldCount += 1
        return true
    }

    /// Makes a held or resting address free at once.
    package mutating func free(_ address: IPAddress) {
        guard let slot = segments.slot(of: address), let condition = condition(of: address) else { return }
        switch condition {
        case .free: return
        case .held: heldCount -= 1
        case .resting: restingCount -= 1
        case .rested: restedCount -= 1
        }
        released[slot] = nil
        slots?.free(slot)
    }

    /// Lets an address rest, held or not: it is not given until ``endRest(_:releasedAt:)`` or ``free(_:)``.
    package mutating func rest(_ address: IPAddress) {
        guard let slot = segments.slot(of: address), let condition = condition(of: address) else { return }
        switch condition {
        case .free: slots?.take(slot)
        case .held: heldCount -= 1
        case .resting: return
        case .rested: restedCount -= 1
        }
        released[slot] = .resting
        restingCount += 1
    }

    /// Makes a resting address free, to be given after those that were released earlier.
    package mutating func endRest(_ address: IPAddress, releasedAt: Instant) {
        guard let slot = segments.slot(of: address), released[slot] == .resting else { return }
        released[slot] = .rested(releasedAt: releasedAt)
        restingCount -= 1
        restedCount += 1
        queue.insert(Rested(releasedAt: releasedAt, slot: slot))
        if queue.count > 2 * restedCount + 64 {
            queue = Heap(queue.unordered.filter { released[$0.slot] == .rested(releasedAt: $0.releasedAt) })
        }
    }
}
