import Addresses

/// Ranges that do not overlap, each with an owner; finds which of them a range would overlap.
///
/// The ranges are in sorted runs of which each is more than twice as long as the next, so that adding and asking cost
/// O(log² n) each, on average.
package struct RangeIndex: Sendable {
    package struct Entry: Hashable, Sendable {
        package var range: IPRange
        package var owner: String
    }

    private var runs: [[Entry]] = []

    package init() {}

    /// Adds ranges that overlap neither each other nor those here.
    package mutating func insert(_ ranges: [IPRange], owner: String) {
        guard !ranges.isEmpty else { return }
        runs.append(ranges.sorted().map { Entry(range: $0, owner: owner) })
        while runs.count > 1, runs[runs.count - 2].count <= 2 * runs[runs.count - 1].count {
            let last = runs.removeLast()
            runs[runs.count - 1] = RangeIndex.merge(runs[runs.count - 1], last)
        }
    }

    /// A range here that overlaps this one.
    package func overlapping(_ range: IPRange) -> Entry? {
        for run in runs {
            // Of the ranges that begin no later than this one ends, the last one ends last.
            var low = 0
            var high = run.count
            while low < high {
                let middle = (low + high) / 2
                if run[middle].range.lower <= range.upper { low = middle + 1 } else { high = middle }
            }
            if low > 0, run[low - 1].range.overlaps(range) { return run[low - 1] }
        }
        return nil
    }

    private static func merge(_ a: [Entry], _ b: [Entry]) -> [Entry] {
        var result: [Entry] = []
        result.reserveCapacity(a.count + b.count)
        var (i, j) = (0, 0)
        while i < a.count, j < b.count {
            if b[j].range < a[i].range {
                result.append(b[j])
                j += 1
            } else {
                result.append(a[i])
                i += 1
            }
        }
        result += a[i...]
        result += b[j...]
        return result
    }
}
