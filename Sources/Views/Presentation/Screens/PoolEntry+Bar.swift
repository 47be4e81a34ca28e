extension PoolEntry.Usage {
    /// Ten marks and a percentage: empty and full only where that is exactly so.
    func bar(_ style: Style) -> Cell {
        guard size > 0 else { return .none }
        let used = Double(assigned) / Double(size)
        func share(of parts: Int) -> Int {
            if assigned >= size { return parts }
            if assigned == 0 { return 0 }
            return min(max(Int((used * Double(parts)).rounded()), 1), parts - 1)
        }
        let marks = share(of: 10)
        let percentage = share(of: 100)
        let (full, empty) = style.usesUnicode ? ("█", "░") : ("#", "-")
        let bar = String(repeating: full, count: marks) + String(repeating: empty, count: 10 - marks)
        let tone: Tone = available == 0 ? .bad : percentage >= 80 ? .warning : .good
        return Cell(bar + (assigned > 0 && used < 0.005 ? " <1%" : " \(percentage)%"), tone)
    }
}

extension UInt128 {
    /// All digits up to a thousand million; beyond, a power of two as such, and all else shortened: `1.8e19`.
    var shortText: String {
        guard self >= 1_000_000_000 else { return String(self) }
        if self & (self - 1) == 0 { return "2^\(trailingZeroBitCount)" }
        let digits = Array(String(self))
        return "\(digits[0]).\(digits[1])e\(digits.count - 1)"
    }
}
