import Addresses

/// Shares addresses out among equal candidates: rendezvous hashing with bounded load.
///
/// Every pair of a node and an address has a score (``RendezvousHash``). Each node has a quota; the quotas differ by one
/// at most and add up to the number of addresses. Take the pairs by falling score, and give the address to the node if
/// the address is not given yet and the node's quota is not used up: that is the result. It depends on the addresses,
/// the nodes and the pins, and on nothing else: not on the order in which they came, nor on what was before.
///
/// To reach it without going through all pairs at every change, note that it is the one assignment in which no node and
/// address would both rather have each other (a stable matching; there is one only, because both sides go by one score).
/// So after a change it is enough to satisfy those who now would: an address newcomer may push out a node's lowest, that
/// one asks elsewhere; a node with room takes the best that wanted it in vain. That costs a few steps, each of the order
/// of the number of nodes, and moves few addresses.
///
/// An address may be *pinned*: it is held by a node, and stays. Quotas then fill the nodes up from below, so that the
/// others level out what pins have left uneven.
struct BalancedElection: Hashable, Sendable {
    /// An address at a node, with what it would bid for a place there.
    private struct Bid: Hashable, Comparable, Sendable {
        var score: UInt64
        var address: IPAddress

        static func < (a: Bid, b: Bid) -> Bool { a.score == b.score ? a.address < b.address : a.score < b.score }
    }

    /// A node, as a candidate.
    private struct Seat: Hashable, Sendable {
        let node: Int
        let hash: UInt64
        /// Pinned addresses.
        var pinned = 0
        /// How many more addresses it may have.
        var quota = 0
        /// Its other addresses, ascending.
        var held: [Bid] = []
        /// The addresses that rather would be here than where they are, ascending.
        var wanted: [Bid] = []

        func bid(of address: IPAddress, _ addressHash: UInt64) -> Bid {
            Bid(score: RendezvousHash.score(node: hash, address: addressHash), address: address)
        }
    }

    private var seats: [Seat]
    /// By address that is not pinned, the seat it is in.
    private var places: [IPAddress: Int] = [:]
    private var pins: [IPAddress: Int] = [:]
    /// The addresses that are not pinned, by their hashes.
    private var order: [Bid] = []
    /// Addresses that were added since ``settle()``.
    private var waiting: Set<IPAddress> = []
    private var formerOwners: [IPAddress: Int?] = [:]

    /// An election among these nodes, given by number and hash. There must be one at least.
    init(nodes: [(number: Int, hash: UInt64)]) {
        precondition(!nodes.isEmpty, "an election needs a candidate")
        seats = nodes.map { Seat(node: $0.number, hash: $0.hash) }
    }

    /// The node that has the address; `nil` if the address is not part of the election.
    func owner(of address: IPAddress) -> Int? { (places[address] ?? pins[address]).map { seats[$0].node } }

    /// Adds an address, or changes whether it is pinned. A pin to a node that is no candidate is none. Takes effect with
    /// ``settle()``.
    mutating func insert(_ address: IPAddress, pinnedTo node: Int? = nil) {
        let pin = node.flatMap { node in seats.firstIndex { $0.node == node } }
        if let pin {
            guard pins[address] != pin else { return }
            remove(address)
            pins[address] = pin
            seats[pin].pinned += 1
        } else {
            guard places[address] == nil, !waiting.contains(address) else { return }
            remove(address)
            let bid = Bid(score: RendezvousHash.address(address), address: address)
            order.insert(bid, at: order.place(of: bid))
            waiting.insert(address)
        }
    }

    /// Removes an address. Takes effect for the others with ``settle()``.
    mutating func remove(_ address: IPAddress) {
        note(address)
        if let pin = pins.removeValue(forKey: address) {
            seats[pin].pinned -= 1
            return
        }
        if waiting.remove(address) != nil {
            // It was in no seat yet.
        } else if let seat = places[address] {
            leave(address, seat)
            places[address] = nil
        } else {
            return
        }
        order.drop(Bid(score: RendezvousHash.address(address), address: address))
    }

    /// Brings the election to its result. Returns the addresses whose owner is not what it was at the last call.
    mutating func settle() -> [IPAddress] {
        setQuotas()
        var evicted: [IPAddress] = []
        for index in seats.indices {
            while seats[index].held.count > seats[index].quota, let lowest = seats[index].held.first?.address {
                move(lowest, from: index, to: nil)
                evicted.append(lowest)
            }
        }
        fillVacancies()
        var queue = evicted + waiting
        waiting = []
        while let address = queue.popLast() {
            if let displaced = place(address) { queue.append(displaced) }
        }
        let former = formerOwners
        formerOwners = [:]
        return former.compactMap { address, owner in owner == self.owner(of: address) ? nil : address }.sorted()
    }

    var isEmpty: Bool { places.isEmpty && pins.isEmpty && waiting.isEmpty }

    // MARK: - Quotas

    /// Fills the seats up evenly from what is pinned. The few that are left over go to the seats in the order in which
    /// the first address would choose, which neither another node nor, mostly, another address changes.
    private mutating func setQuotas() {
        var left = order.count
        // The level to which all can be filled.
        var level = 0
        var below = 0
        for (index, pinned) in seats.map(\.pinned).sorted().enumerated() {
            // `index` seats are at `level` or below it; raise them to `pinned` if what is left suffices.
            let cost = (pinned - level) * index
            if cost > left { break }
            left -= cost
            level = pinned
            below = index + 1
        }
        level += left / below
        left %= below
        for index in seats.indices { seats[index].quota = max(0, level - seats[index].pinned) }
        guard left > 0, let first = order.first else { return }
        let choice = seats.indices.filter { seats[$0].pinned <= level }
            .map { (RendezvousHash.score(node: seats[$0].hash, address: first.score), $0) }.sorted { $0 > $1 }
        for (_, index) in choice.prefix(left) { seats[index].quota += 1 }
    }

    // MARK: - Moves

    /// Gives every seat that has room the best of those that want it, until no seat has both.
    private mutating func fillVacancies() {
        var open = Array(seats.indices)
        while let index = open.popLast() {
            while seats[index].held.count < seats[index].quota, let best = seats[index].wanted.last {
                guard let former = places[best.address] else { break }
                move(best.address, from: former, to: index)
                open.append(former)
            }
        }
    }

    /// Puts an address that is in no seat into the seat it likes best of those that take it. Returns the address that it
    /// pushed out, if any.
    private mutating func place(_ address: IPAddress) -> IPAddress? {
        let hash = RendezvousHash.address(address)
        let bids = seats.indices.map { ($0, seats[$0].bid(of: address, hash)) }
            .sorted { $0.1.score == $1.1.score ? $0.0 > $1.0 : $0.1.score > $1.1.score }
        for (index, bid) in bids {
            if seats[index].held.count < seats[index].quota {
                move(address, from: nil, to: index)
                return nil
            }
            if let lowest = seats[index].held.first, lowest < bid {
                move(lowest.address, from: index, to: nil)
                move(address, from: nil, to: index)
                return lowest.address
            }
        }
        preconditionFailure("the quotas add up to the number of addresses: \(self)")
    }

    private mutating func move(_ address: IPAddress, from former: Int?, to seat: Int?) {
        note(address)
        if let former { leave(address, former) }
        places[address] = seat
        guard let seat else { return }
        let hash = RendezvousHash.address(address)
        let bid = seats[seat].bid(of: address, hash)
        seats[seat].held.insert(bid, at: seats[seat].held.place(of: bid))
        for index in seats.indices where index != seat {
            let other = seats[index].bid(of: address, hash)
            guard BalancedElection.prefers(other, index, to: bid, seat) else { continue }
            seats[index].wanted.insert(other, at: seats[index].wanted.place(of: other))
        }
    }

    /// Takes the address out of its seat, and off the lists of the seats that it wanted.
    private mutating func leave(_ address: IPAddress, _ seat: Int) {
        let hash = RendezvousHash.address(address)
        let bid = seats[seat].bid(of: address, hash)
        seats[seat].held.drop(bid)
        for index in seats.indices where index != seat {
            let other = seats[index].bid(of: address, hash)
            if BalancedElection.prefers(other, index, to: bid, seat) { seats[index].wanted.drop(other) }
        }
    }

    /// Whether an address would rather have the one seat than the other.
    private static func prefers(_ bid: Bid, _ index: Int, to other: Bid, _ otherIndex: Int) -> Bool {
        bid.score == other.score ? index > otherIndex : bid.score > other.score
    }

    /// Remembers who had the address at the last settlement.
    private mutating func note(_ address: IPAddress) {
        if formerOwners[address] == nil { formerOwners.updateValue(owner(of: address), forKey: address) }
    }
}

extension Array where Element: Comparable {
    /// Where the element is in this ascending array, or belongs.
    fileprivate func place(of element: Element) -> Int {
        var range = indices
        while let middle = range.isEmpty ? nil : (range.lowerBound + range.upperBound) / 2 {
            if self[middle] < element {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound
    }

    /// Removes the element from this ascending array, if it is there.
    fileprivate mutating func drop(_ element: Element) {
        let place = place(of: element)
        if place < count, self[place] == element { remove(at: place) }
    }
}
