// MARK: - Widths

extension Table {
    /// A column that is shown, and how wide.
    struct FittedColumn: Hashable {
        let index: Int
        var width: Int
    }

    /// Chooses the columns and their widths.
    ///
    /// Where the natural widths do not fit: columns that allow it are narrowed, then columns are left out, the highest
    /// rank first, then the widest of what is left are narrowed without mercy.
    func fit(_ layout: Layout) -> [FittedColumn] {
        var shown = columns.indices.filter { index in
            let column = columns[index]
            if column.isWideOnly && !layout.isWide { return false }
            return !(column.hidesWhenEmpty && rows.allSatisfy { $0[index].isNone })
        }
        let natural = columns.indices.map { index in
            rows.reduce(columns[index].title.displayWidth) { max($0, $1[index].text.displayWidth) }
        }
        guard let width = layout.width else { return shown.map { FittedColumn(index: $0, width: natural[$0]) } }

        func minimum(_ index: Int) -> Int {
            guard let minimum = columns[index].minimumWidth else { return natural[index] }
            return min(natural[index], max(minimum, columns[index].title.displayWidth))
        }
        func leastWidth() -> Int { shown.reduce(max(0, shown.count - 1) * 2) { $0 + minimum($1) } }
        while leastWidth() > width, let highest = shown.map({ columns[$0].rank }).max(), highest > 0,
            let rightmost = shown.lastIndex(where: { columns[$0].rank == highest })
        {
            shown.remove(at: rightmost)
        }
        var fitted = shown.map { FittedColumn(index: $0, width: natural[$0]) }
        Table.narrow(&fitted, to: width, least: minimum)
        Table.narrow(&fitted, to: width, least: { _ in 1 })
        return fitted
    }

    /// Takes columns off the widest that may give any, until the whole is as wide as allowed.
    private static func narrow(_ fitted: inout [FittedColumn], to width: Int, least: (Int) -> Int) {
        let least = fitted.map { least($0.index) }
        var excess = fitted.reduce(max(0, fitted.count - 1) * 2 - width) { $0 + $1.width }
        while excess > 0 {
            let candidates = fitted.indices.filter { fitted[$0].width > least[$0] }
            guard let widest = candidates.max(by: { fitted[$0].width < fitted[$1].width }) else { return }
            fitted[widest].width -= 1
            excess -= 1
        }
    }
}
