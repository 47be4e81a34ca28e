import ClusterConfiguration
import KubernetesModel

/// The readings of all files, kept so that a file that changes costs its own reading alone.
///
/// Each file has a range of ranks for its Services. A file that comes between two others gets one between theirs, so no
/// Service of another file moves.
package struct ManifestLibrary: Sendable {
    /// A file, read.
    package struct Entry: Sendable {
        package let path: String
        package let place: ManifestPlace
        package let reading: FileReading

        package init(path: String, place: ManifestPlace, reading: FileReading) {
            self.path = path
            self.place = place
            self.reading = reading
        }
    }

    /// A file that is not what it was; its reading is `nil` if it is gone.
    package struct Replacement: Sendable {
        package let path: String
        package let place: ManifestPlace
        package let reading: FileReading?

        package init(path: String, place: ManifestPlace, reading: FileReading?) {
            self.path = path
            self.place = place
            self.reading = reading
        }
    }

    private struct Shelf: Sendable {
        var entry: Entry
        var base: Int64
    }

    /// More than the objects of one file of the size that is read.
    private static let ranksOfFile: Int64 = 1 << 24
    /// How far apart files are at first.
    private static let distance: Int64 = 1 << 42

    private var shelves: [String: Shelf] = [:]
    /// The paths, in order.
    private var order: [String] = []
    /// How often objects are named, in all files together.
    private var mentions: [ObjectReference: Int] = [:]
    private var filesOfArgument: [Int: Int] = [:]
    private var isComplete = false
    private var lastPut: String?

    package init() {}

    package func place(of path: String) -> ManifestPlace? { shelves[path]?.entry.place }

    package func reading(of path: String) -> FileReading? { shelves[path]?.entry.reading }

    // MARK: - Everything

    /// These are all files now, in order. Returns what they say together.
    package mutating func replaceAll(_ entries: [Entry], notes: [Problem]) -> ManifestReading {
        let bases = bases(for: entries)
        shelves = [:]
        mentions = [:]
        filesOfArgument = [:]
        order = entries.map(\.path)
        lastPut = nil
        var merge = ManifestMerge()
        var ranks: [NamespacedName: Int64] = [:]
        for (entry, base) in zip(entries, bases) {
            shelves[entry.path] = Shelf(entry: entry, base: base)
            filesOfArgument[entry.place.argument, default: 0] += 1
            for reference in entry.reading.references { mentions[reference, default: 0] += 1 }
            for (place, name) in entry.reading.serviceNames where ranks[name.name] == nil {
                ranks[name.name] = base + Int64(place)
            }
            merge.add(entry.reading)
        }
        var reading = merge.reading
        reading.problems += notes
        reading.serviceRanks = ranks
        isComplete = reading.isComplete
        return reading
    }

    /// Where the ranks of each file begin: where they did, as far as that still is in order.
    private func bases(for entries: [Entry]) -> [Int64] {
        var bases: [Int64] = []
        var last: Int64 = 0
        var isInOrder = true
        var next: [Int64?] = Array(repeating: nil, count: entries.count)
        var known: Int64?
        for index in entries.indices.reversed() {
            next[index] = known
            if let base = shelves[entries[index].path]?.base { known = base }
        }
        for (index, entry) in entries.enumerated() {
            let base = shelves[entry.path]?.base ?? ManifestLibrary.base(after: last, before: next[index])
            guard let base, bases.isEmpty || base >= last + ManifestLibrary.ranksOfFile else {
                isInOrder = false
                break
            }
            bases.append(base)
            last = base
        }
        return isInOrder ? bases : entries.indices.map { Int64($0 + 1) * ManifestLibrary.distance }
    }

    /// A beginning between two others, if there is room.
    private static func base(after low: Int64, before high: Int64?, near: Near = .middle) -> Int64? {
        guard let high else { return low <= .max / 4 ? low + distance : nil }
        let room = high - low
        guard room >= 2 * ranksOfFile else { return nil }
        // Files that come one after the other by name would halve the room each time.
        return switch near {
        case .low: low + max(room / 256, ranksOfFile)
        case .middle: low + room / 2
        case .high: high - max(room / 256, ranksOfFile)
        }
    }

    private enum Near { case low, middle, high }

    // MARK: - A few files

    /// Some files are not what they were, and all others are.
    ///
    /// Returns `nil`, and changes nothing, where what they say cannot be told without a look at all: there is a problem in
    /// one, or an object that configuration depends on, or that another file names too.
    package mutating func replace(_ replacements: [Replacement]) -> ManifestChange? {
        guard isComplete else { return nil }
        var counts: [ObjectReference: Int] = [:]
        var former: [ObjectReference: (part: ManifestPart, rank: Int64)] = [:]
        var latter: [ObjectReference: (part: ManifestPart, rank: Int64)] = [:]
        var bases: [String: Int64] = [:]
        var files = filesOfArgument
        var new = replacements
        new.removeAll { $0.reading == nil && shelves[$0.path] == nil }
        // Two new ones side by side would be given the same place.
        guard new.count(where: { shelves[$0.path] == nil }) <= 1 else { return nil }
        for replacement in new {
            let shelf = shelves[replacement.path]
            if let shelf {
                guard let parts = shelf.entry.reading.parts else { return nil }
                for (reference, part, rank) in ManifestLibrary.ranked(parts, from: shelf.base) {
                    guard mentions[reference] == 1 else { return nil }
                    counts[reference, default: 1] -= 1
                    former[reference] = (part, rank)
                }
            }
            guard let reading = replacement.reading else {
                files[replacement.place.argument, default: 0] -= 1
                continue
            }
            guard let parts = reading.parts, let base = shelf?.base ?? newBase(at: replacement.place) else {
                return nil
            }
            if shelf == nil { files[replacement.place.argument, default: 0] += 1 }
            bases[replacement.path] = base
            for (reference, part, rank) in ManifestLibrary.ranked(parts, from: base) {
                counts[reference, default: mentions[reference] ?? 0] += 1
                latter[reference] = (part, rank)
            }
        }
        // A directory that has no manifests, or has them again, is a problem that comes or goes.
        for (argument, count) in files where (count == 0) != (filesOfArgument[argument, default: 0] == 0) { return nil }
        guard counts.values.allSatisfy({ $0 <= 1 }) else { return nil }
        for (reference, count) in counts { mentions[reference] = count == 0 ? nil : count }
        filesOfArgument = files
        for replacement in new { put(replacement, base: bases[replacement.path]) }
        return ManifestLibrary.change(from: former, to: latter)
    }

    private static func ranked(
        _ parts: [(place: Int, part: ManifestPart)], from base: Int64
    ) -> [(ObjectReference, ManifestPart, Int64)] {
        parts.map { ($0.part.reference, $0.part, base + Int64($0.place)) }
    }

    private static func change(
        from former: [ObjectReference: (part: ManifestPart, rank: Int64)],
        to latter: [ObjectReference: (part: ManifestPart, rank: Int64)]
    ) -> ManifestChange {
        var change = ManifestChange()
        for (reference, old) in former where latter[reference] == nil {
            switch old.part {
            case .service: change.removedServices.append(reference.name)
            case .endpointSlice: change.removedSlices.append(reference.name)
            }
        }
        for (reference, new) in latter {
            let old = former[reference]
            switch new.part {
            case .service(let service) where old?.part != new.part || old?.rank != new.rank:
                change.services.append(RankedService(service, rank: new.rank))
            case .endpointSlice(let slice) where old?.part != new.part: change.endpointSlices.append(slice)
            case .service, .endpointSlice: break
            }
        }
        return change
    }

    /// The index of the first file that does not come before this place.
    private func index(of place: ManifestPlace) -> Int {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if let other = self.place(of: order[middle]), other < place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func newBase(at place: ManifestPlace) -> Int64? {
        let index = index(of: place)
        let below = index > 0 ? order[index - 1] : nil
        let above = index < order.count ? order[index] : nil
        let near: Near = lastPut == nil ? .middle : below == lastPut ? .low : above == lastPut ? .high : .middle
        return ManifestLibrary.base(
            after: below.flatMap { shelves[$0]?.base } ?? 0, before: above.flatMap { shelves[$0]?.base }, near: near)
    }

    private mutating func put(_ replacement: Replacement, base: Int64?) {
        let index = index(of: replacement.place)
        guard let reading = replacement.reading, let base else {
            shelves[replacement.path] = nil
            if index < order.count, order[index] == replacement.path { order.remove(at: index) }
            return
        }
        if shelves[replacement.path] == nil {
            order.insert(replacement.path, at: index)
            lastPut = replacement.path
        }
        let entry = Entry(path: replacement.path, place: replacement.place, reading: reading)
        shelves[replacement.path] = Shelf(entry: entry, base: base)
    }
}
