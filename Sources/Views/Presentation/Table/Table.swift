/// Rows of values under titles, fitted to the reader's terminal.
package struct Table: Hashable, Sendable {
    package let columns: [Column]
    package private(set) var rows: [[Cell]] = []
    /// Printed in place of a table without rows.
    package let emptyMessage: String

    package init(_ columns: [Column], emptyMessage: String) {
        self.columns = columns
        self.emptyMessage = emptyMessage
    }

    /// Adds a row; values that it lacks are ``Cell/none``, and those that it has too many are dropped.
    package mutating func append(_ row: [Cell]) {
        let missing = max(0, columns.count - row.count)
        rows.append(Array(row.prefix(columns.count)) + Array(repeating: .none, count: missing))
    }

    /// The rows that the other table has not.
    func rows(notIn other: Table) -> Table {
        let known = Set(other.rows)
        var table = Table(columns, emptyMessage: emptyMessage)
        table.rows = rows.filter { !known.contains($0) }
        return table
    }

    /// The lines to print, without line breaks. Two blanks stand between columns, none at the end of a line.
    package func lines(_ layout: Layout, hasHeader: Bool = true) -> [String] {
        guard !rows.isEmpty else { return [emptyMessage] }
        let fitted = fit(layout)
        let header = columns.map { Cell($0.title, .heading) }
        return ((hasHeader ? [header] : []) + rows).flatMap { lines(of: $0, fitted, layout.style) }
    }

    private func lines(of row: [Cell], _ fitted: [FittedColumn], _ style: Style) -> [String] {
        let cells = fitted.map { column in
            let text = row[column.index].text
            switch columns[column.index].overflow {
            case .cut: return [text.cut(toWidth: column.width, ellipsis: style.ellipsis)]
            case .wrap: return text.wrapped(toWidth: column.width)
            }
        }
        return (0..<(cells.map(\.count).max() ?? 0)).map { number in
            var line = ""
            var pending = 0
            for (position, column) in fitted.enumerated() {
                if position > 0 { pending += 2 }
                let text = number < cells[position].count ? cells[position][number] : ""
                let padding = max(0, column.width - text.displayWidth)
                let isTrailing = columns[column.index].alignment == .trailing
                if isTrailing { pending += padding }
                if !text.isEmpty {
                    line += String(repeating: " ", count: pending) + style.paint(text, row[column.index].tone)
                    pending = 0
                }
                if !isTrailing { pending += padding }
            }
            return line
        }
    }
}
