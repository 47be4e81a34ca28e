import Addresses
import WireCodec

/// The routes of one family, and what each peer still has to get.
///
/// Routes with the same ``Distribution`` lie together in a bucket, so that a table is sent in order of attributes without
/// sorting. A peer whose session is up has, at rest, no state per route at all: it has what the table has.
/// Only where the two differ is there an entry in ``PeerState/pending``, which keeps what the peer got last; a
/// route that changes back before the peer got the change costs no message.
///
/// While a peer gets the whole table, a ``Walk`` goes through the buckets. Routes that change meanwhile get a number later
/// than the walk's; it passes them over, and `pending` has them.
struct FamilyTable<Key: RouteKey>: Sendable {
    private struct Entry {
        let key: Key
        /// The number of the change that put it here; the largest there is once the route has gone elsewhere.
        var sequence: UInt64

        static var gone: UInt64 { .max }
        var isGone: Bool { sequence == Entry.gone }
    }

    private struct Bucket {
        /// Empty if the bucket is free.
        var distribution: Distribution
        /// In the order in which they came. Routes that went leave gaps, until there are too many.
        var entries: [Entry] = []
        var gaps = 0

        /// Few enough that closing them costs less than what made them.
        var hasTooManyGaps: Bool { gaps > 64 && gaps > entries.count / 4 * 3 }
    }

    private struct Location {
        let bucket: UInt32
        var index: UInt32
    }

    /// What a peer got last for a route that it may have to get again.
    private struct Pending {
        let key: Key
        /// The number of the change that made it so. Of several for one route the first counts.
        let sequence: UInt64
        let told: AttributesID?
        /// Tell it even if nothing has changed, because it asked for everything.
        let mustSend: Bool
    }

    /// UPDATEs that are decided, and wait to be taken.
    private struct Group {
        /// `nil`: withdraw.
        let attributes: AttributesID?
        let keys: [Key]
        var next = 0
    }

    private enum Queued {
        case group(Group)
        case message([UInt8])
    }

    /// A peer's way through the whole table.
    private struct Walk {
        struct Step {
            let attributes: AttributesID
            /// `nil` once the bucket is gone.
            var bucket: UInt32?
        }

        /// In the order of attributes.
        var steps: [Step]
        var stepOfBucket: [UInt32: Int]
        /// Only routes up to this change are the walk's.
        let sequence: UInt64
        /// The peer got all this before: RFC 2918.
        let isRepetition: Bool
        /// What ends the walk.
        let marker: [UInt8]
        var step = 0
        var index = 0

        func hasYetToVisit(_ location: Location) -> Bool {
            guard let step = stepOfBucket[location.bucket] else { return false }
            return step > self.step || (step == self.step && Int(location.index) >= index)
        }
    }

    private struct PeerState {
        let encoding: Int
        /// In the order of the changes; a route that has changed more than once may be there as often.
        var pending: [Pending] = []
        /// How many there may be before they are looked through for such routes.
        var pendingLimit = PeerState.leastPendingLimit
        var queue: [Queued] = []
        var queueStart = 0
        var walk: Walk?
        /// Asked for during a walk: the peer wants everything again. The value is whether with markers.
        var nextRepetition: Bool?
        /// How many routes the peer has.
        var told = 0

        var hasOutput: Bool { !pending.isEmpty || queueStart < queue.count || walk != nil }
        var queued: Queued? { queueStart < queue.count ? queue[queueStart] : nil }

        private static var leastPendingLimit: Int { 1024 }

        /// Keeps what the peer got for a route that the table is about to change.
        mutating func note(_ key: Key, from before: AttributesID?, _ sequence: UInt64, isYetToBeVisited: Bool) {
            let isRepetition = isYetToBeVisited && before != nil && walk?.isRepetition == true
            pending.append(
                Pending(
                    key: key, sequence: sequence, told: isYetToBeVisited && !isRepetition ? nil : before,
                    mustSend: isRepetition))
            guard pending.count > pendingLimit else { return }
            // A peer that does not read costs no more than the routes that it is behind with.
            pending = takePending()
            pendingLimit = max(2 * pending.count, PeerState.leastPendingLimit)
        }

        /// What is pending, in the order of the routes, each once.
        mutating func takePending() -> [Pending] {
            var taken: [Pending] = []
            swap(&taken, &pending)
            pendingLimit = PeerState.leastPendingLimit
            taken.sort { a, b in a.key < b.key || (a.key == b.key && a.sequence < b.sequence) }
            var last: Key?
            taken.removeAll { entry in
                defer { last = entry.key }
                return entry.key == last
            }
            return taken
        }

        mutating func advanceQueue() {
            queueStart += 1
            if queueStart == queue.count {
                queue = []
                queueStart = 0
            }
        }
    }

    private var locations: [Key: Location] = [:]
    private var buckets: [Bucket] = []
    private var freeBuckets: [UInt32] = []
    private var bucketOf: [Distribution: UInt32] = [:]
    private var sequence: UInt64 = 0
    // Nothing below keeps a copy of a peer's state or of a bucket while it changes that: the copy would be a real one.
    private var peers = PeerTable<PeerState>()
    private var walks = 0

    init() {}

    var count: Int { locations.count }

    func told(_ peer: PeerIndex) -> Int { peers[peer]?.told ?? 0 }

    /// Whether no peer has anything left to get.
    var isQuiet: Bool { peers.keys.allSatisfy { peers[$0]?.hasOutput != true } }
}

// MARK: - Changes

extension FamilyTable {
    /// Makes `distribution` (`nil`: none) the one of a route.
    ///
    /// - Parameters:
    ///   - retired: gets the distribution that no route has any longer, if there is one now.
    ///   - concerned: gets the peers with pending changes.
    /// - Returns: whether a distribution is in use that was not before.
    mutating func set(
        _ key: Key, _ distribution: Distribution?, retired: inout [Distribution], concerned: inout PeerTable<Void>
    ) -> Bool {
        let location = distribution == nil ? locations.removeValue(forKey: key) : locations[key]
        let old = location.flatMap { buckets[Int($0.bucket)].distribution }
        guard old != distribution else { return false }
        sequence += 1
        notePeers(key, location, old, distribution, &concerned)
        if let location, let gone = remove(location) { retired.append(gone) }
        guard let distribution else { return false }
        let (bucket, isNew) = bucket(for: distribution)
        let index = buckets[bucket].entries.count
        buckets[bucket].entries.append(Entry(key: key, sequence: sequence))
        locations[key] = Location(bucket: UInt32(bucket), index: UInt32(index))
        return isNew
    }

    /// Keeps what each peer got, before the table changes.
    private mutating func notePeers(
        _ key: Key, _ location: Location?, _ old: Distribution?, _ new: Distribution?,
        _ concerned: inout PeerTable<Void>
    ) {
        Distribution.forEachPeer(of: old, new) { peer, before, after in
            guard peers[peer] != nil else { return }
            let isYetToBeVisited = isYetToBeVisited(by: peer, location)
            // What the walk would have sent is not sent any more.
            guard before != after || isYetToBeVisited else { return }
            peers[peer]?.note(key, from: before, sequence, isYetToBeVisited: isYetToBeVisited)
            concerned[peer] = ()
        }
    }

    private func isYetToBeVisited(by peer: PeerIndex, _ location: Location?) -> Bool {
        guard walks > 0, let location, let walk = peers[peer]?.walk else { return false }
        let entry = buckets[Int(location.bucket)].entries[Int(location.index)]
        return entry.sequence <= walk.sequence && walk.hasYetToVisit(location)
    }

    private mutating func bucket(for distribution: Distribution) -> (index: Int, isNew: Bool) {
        if let bucket = bucketOf[distribution] { return (Int(bucket), false) }
        let bucket = Bucket(distribution: distribution)
        let index: Int
        if let free = freeBuckets.popLast() {
            index = Int(free)
            buckets[index] = bucket
        } else {
            index = buckets.count
            buckets.append(bucket)
        }
        bucketOf[distribution] = UInt32(index)
        return (index, true)
    }

    /// Takes a route out of its bucket.
    ///
    /// - Returns: the distribution, if no route is left that has it.
    private mutating func remove(_ location: Location) -> Distribution? {
        let number = Int(location.bucket)
        let index = Int(location.index)
        let count = buckets[number].entries.count
        guard count - buckets[number].gaps > 1 else { return retireBucket(location.bucket) }
        if index == count - 1 {
            buckets[number].entries.removeLast()
        } else {
            buckets[number].entries[index].sequence = Entry.gone
            buckets[number].gaps += 1
        }
        if buckets[number].hasTooManyGaps { closeGaps(location.bucket) }
        return nil
    }

    /// The routes of the bucket keep their order, so that those which a walk has passed stay passed.
    private mutating func closeGaps(_ number: UInt32) {
        let entries = buckets[Int(number)].entries
        for peer in walks > 0 ? peers.keys : [] {
            guard let walk = peers[peer]?.walk, walk.stepOfBucket[number] == walk.step else { continue }
            peers[peer]?.walk?.index = entries[..<min(walk.index, entries.count)].count { !$0.isGone }
        }
        let kept = entries.filter { !$0.isGone }
        for (index, entry) in kept.enumerated() { locations[entry.key]?.index = UInt32(index) }
        buckets[Int(number)].entries = kept
        buckets[Int(number)].gaps = 0
    }

    private mutating func retireBucket(_ number: UInt32) -> Distribution {
        let distribution = buckets[Int(number)].distribution
        bucketOf[distribution] = nil
        buckets[Int(number)] = Bucket(distribution: Distribution(entries: []))
        freeBuckets.append(number)
        guard walks > 0 else { return distribution }
        for peer in peers.keys {
            guard let step = peers[peer]?.walk?.stepOfBucket.removeValue(forKey: number) else { continue }
            peers[peer]?.walk?.steps[step].bucket = nil
        }
        return distribution
    }
}

// MARK: - Peers

extension FamilyTable {
    /// Begins to tell a peer everything, then `marker`.
    mutating func attach(_ peer: PeerIndex, encoding: Int, marker: [UInt8]) {
        detach(peer)
        peers[peer] = PeerState(encoding: encoding)
        beginWalk(peer, isRepetition: false, marker: marker)
    }

    mutating func detach(_ peer: PeerIndex) {
        if peers[peer]?.walk != nil { walks -= 1 }
        peers[peer] = nil
    }

    /// Starts to send a peer everything again; once more, if that is in progress.
    mutating func sendAgain(_ peer: PeerIndex, isEnhanced: Bool, _ packers: inout UpdatePackers) {
        guard peers[peer] != nil else { return }
        guard peers[peer]?.walk == nil else {
            peers[peer]?.nextRepetition = isEnhanced
            return
        }
        beginRepetition(peer, isEnhanced: isEnhanced, &packers)
    }

    private mutating func beginRepetition(
        _ peer: PeerIndex, isEnhanced: Bool, _ packers: inout UpdatePackers
    ) {
        // What is pending is decided first, so that the walk has every route of the table.
        flushPending(peer, &packers)
        // RFC 7313 §4.1: between two markers.
        var marker = ByteWriter()
        if isEnhanced {
            let family = RouteFamily(unicast: Key.family)
            RouteRefreshMessage(family: family, subtype: .beginning).encode(into: &marker)
            peers[peer]?.queue.append(.message(marker.bytes))
            marker.removeAll()
            RouteRefreshMessage(family: family, subtype: .end).encode(into: &marker)
        }
        beginWalk(peer, isRepetition: true, marker: marker.bytes)
    }

    private mutating func beginWalk(_ peer: PeerIndex, isRepetition: Bool, marker: [UInt8]) {
        var steps: [Walk.Step] = []
        for (number, bucket) in buckets.enumerated() {
            guard let attributes = bucket.distribution.attributes(for: peer) else { continue }
            steps.append(Walk.Step(attributes: attributes, bucket: UInt32(number)))
        }
        steps.sort { ($0.attributes, $0.bucket ?? 0) < ($1.attributes, $1.bucket ?? 0) }
        var stepOfBucket: [UInt32: Int] = [:]
        for (index, step) in steps.enumerated() { if let bucket = step.bucket { stepOfBucket[bucket] = index } }
        peers[peer]?.walk = Walk(
            steps: steps, stepOfBucket: stepOfBucket, sequence: sequence, isRepetition: isRepetition, marker: marker)
        walks += 1
    }

    /// Decides what the peer gets for the routes that have changed. Fewest messages: withdrawals first, then routes by
    /// their attributes.
    private mutating func flushPending(_ peer: PeerIndex, _ packers: inout UpdatePackers) {
        guard let encoding = peers[peer]?.encoding, let pending = peers[peer]?.takePending(), !pending.isEmpty else {
            return
        }
        var withdrawn: [Key] = []
        var announced: [AttributesID: [Key]] = [:]
        var difference = 0
        for entry in pending {
            let key = entry.key
            let wanted = locations[key].flatMap { buckets[Int($0.bucket)].distribution.attributes(for: peer) }
            guard entry.mustSend || wanted != entry.told else { continue }
            if let wanted {
                // Attributes may differ in what this peer does not get, as an external one the local preference.
                if !entry.mustSend, let told = entry.told,
                    packers.areEqual(told, wanted, Key.family, encoding: encoding)
                {
                    continue
                }
                announced[wanted, default: []].append(key)
                if entry.told == nil { difference += 1 }
            } else if entry.told != nil {
                withdrawn.append(key)
                difference -= 1
            }
        }
        peers[peer]?.told += difference
        if !withdrawn.isEmpty {
            peers[peer]?.queue.append(.group(Group(attributes: nil, keys: withdrawn)))
        }
        for attributes in announced.keys.sorted() {
            guard let keys = announced[attributes] else { continue }
            peers[peer]?.queue.append(.group(Group(attributes: attributes, keys: keys)))
        }
    }
}

// MARK: - Output

extension FamilyTable {
    /// What to send next.
    enum Output {
        /// Routes that fit one UPDATE; `nil` for those withdrawn.
        case routes([Key], AttributesID?, encoding: Int)
        case message([UInt8])
    }

    /// The next message for a peer, or `nil` if it has everything.
    ///
    /// - Parameter packers: tell how many prefixes fit an UPDATE.
    mutating func next(_ peer: PeerIndex, _ packers: inout UpdatePackers) -> Output? {
        while let encoding = peers[peer]?.encoding {
            if let queued = peers[peer]?.queued {
                switch queued {
                case .message(let bytes):
                    peers[peer]?.advanceQueue()
                    return .message(bytes)
                case .group(let group):
                    if let output = next(of: group, peer, encoding, &packers) { return output }
                }
            } else if peers[peer]?.pending.isEmpty == false {
                flushPending(peer, &packers)
            } else if peers[peer]?.walk != nil {
                if let output = walkOn(peer, encoding, &packers) { return output }
            } else {
                return nil
            }
        }
        return nil
    }

    private mutating func next(
        of group: Group, _ peer: PeerIndex, _ encoding: Int, _ packers: inout UpdatePackers
    ) -> Output? {
        guard let room = packers.packer(group.attributes, Key.family, encoding: encoding)?.capacity else {
            peers[peer]?.advanceQueue()
            return nil
        }
        var end = group.next
        var length = 0
        while end < group.keys.count, length + group.keys[end].encodedLength <= room {
            length += group.keys[end].encodedLength
            end += 1
        }
        let keys = Array(group.keys[group.next..<end])
        if end == group.keys.count {
            peers[peer]?.advanceQueue()
        } else {
            var rest = group
            rest.next = end
            let index = peers[peer]?.queueStart ?? 0
            peers[peer]?.queue[index] = .group(rest)
        }
        return .routes(keys, group.attributes, encoding: encoding)
    }

    /// One UPDATE's worth of the walk; `nil` if this part of the way had nothing to send.
    private mutating func walkOn(
        _ peer: PeerIndex, _ encoding: Int, _ packers: inout UpdatePackers
    ) -> Output? {
        guard var walk = peers[peer]?.walk else { return nil }
        guard walk.step < walk.steps.count else {
            endWalk(peer, walk, &packers)
            return nil
        }
        let attributes = walk.steps[walk.step].attributes
        let room = packers.packer(attributes, Key.family, encoding: encoding)?.capacity
        var keys: [Key] = []
        var length = 0
        steps: while walk.step < walk.steps.count, walk.steps[walk.step].attributes == attributes {
            if let number = walk.steps[walk.step].bucket, let room {
                let entries = buckets[Int(number)].entries
                while walk.index < entries.count {
                    let entry = entries[walk.index]
                    if entry.sequence <= walk.sequence {
                        let more = entry.key.encodedLength
                        if length + more > room { break steps }
                        length += more
                        keys.append(entry.key)
                    }
                    walk.index += 1
                }
            }
            walk.step += 1
            walk.index = 0
        }
        peers[peer]?.walk?.step = walk.step
        peers[peer]?.walk?.index = walk.index
        guard !keys.isEmpty else { return nil }
        if !walk.isRepetition { peers[peer]?.told += keys.count }
        return .routes(keys, attributes, encoding: encoding)
    }

    private mutating func endWalk(_ peer: PeerIndex, _ walk: Walk, _ packers: inout UpdatePackers) {
        peers[peer]?.walk = nil
        walks -= 1
        // Routes that the walk has lost to `pending` come before its end.
        flushPending(peer, &packers)
        if !walk.marker.isEmpty { peers[peer]?.queue.append(.message(walk.marker)) }
        if let isEnhanced = peers[peer]?.nextRepetition {
            peers[peer]?.nextRepetition = nil
            beginRepetition(peer, isEnhanced: isEnhanced, &packers)
        }
    }
}
