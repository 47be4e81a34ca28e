/// A column of a ``Table``: its title, and what gives way first when the terminal is narrow.
package struct Column: Hashable, Sendable {
    package enum Alignment: Hashable, Sendable {
        case leading
        case trailing
    }

    /// What becomes of a value that is wider than its column.
    package enum Overflow: Hashable, Sendable {
        /// Its end is cut off, and an ellipsis says so.
        case cut
        /// It goes on in the line below.
        case wrap
    }

    package var title: String
    package var alignment: Alignment
    package var overflow: Overflow
    /// The column may be narrowed down to this before any column is left out; `nil`: it keeps its natural width as long
    /// as leaving out others helps.
    package var minimumWidth: Int?
    /// Columns of rank 0 are always shown; of the others, the highest rank is left out first.
    package var rank: Int
    /// Only with `-o wide`.
    package var isWideOnly: Bool
    /// Not shown where no row has a value in it.
    package var hidesWhenEmpty: Bool

    package init(
        _ title: String, _ alignment: Alignment = .leading, overflow: Overflow = .cut, minimumWidth: Int? = nil,
        rank: Int = 0, isWideOnly: Bool = false, hidesWhenEmpty: Bool = false
    ) {
        self.title = title
        self.alignment = alignment
        self.overflow = overflow
        self.minimumWidth = minimumWidth
        self.rank = rank
        self.isWideOnly = isWideOnly
        self.hidesWhenEmpty = hidesWhenEmpty
    }
}
