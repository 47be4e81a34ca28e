extension String {
    /// Which of the words this one was probably meant to be: the nearest by spelling, the first by name among equals.
    package func likelyMeant(among words: some Sequence<String>) -> String? {
        // One slip in a short word, two in a longer one; letter case is no slip.
        nearest(among: words, tolerance: utf8.count < 5 ? 1 : 2)
    }

    /// The nearest of the words by spelling, with so many slips at most; the first by name among equals.
    package func nearest(among words: some Sequence<String>, tolerance: Int) -> String? {
        let own = Array(lowercased().utf8)
        var best: (distance: Int, word: String)?
        for word in words where word != self {
            let other = Array(word.lowercased().utf8)
            guard abs(own.count - other.count) <= tolerance else { continue }
            let distance = editDistance(own, other)
            guard distance <= tolerance, distance < max(own.count, other.count) else { continue }
            if let best, (best.distance, best.word) <= (distance, word) { continue }
            best = (distance, word)
        }
        return best?.word
    }
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbor to turn one word into the other
/// (the optimal string alignment distance).
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in 0..<a.count {
        var current = [i + 1]
        for j in 0..<b.count {
            var distance = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { distance = min(distance, beforePrevious[j - 1] + 1) }
            current.append(distance)
        }
        beforePrevious = previous
        previous = current
    }
    return previous[b.count]
}
