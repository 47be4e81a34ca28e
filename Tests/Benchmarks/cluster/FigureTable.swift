import Foundation

/// Figures beside their budgets, printed as they come.
struct FigureTable {
    private(set) var isWithinBudgets = true

    /// - Parameter budget: The most that it may be; `nil`: for information.
    mutating func add(_ name: String, _ value: Double, budget: Double?) {
        let isWithin = budget.map { value <= $0 } ?? true
        isWithinBudgets = isWithinBudgets && isWithin
        let limit = budget.map { "at most \(FigureTable.text($0))" } ?? "-"
        let line = "\(isWithin ? "ok  " : "OVER")  \(name): \(FigureTable.text(value))  (\(limit))\n"
        // Not print, which keeps lines back from a pipe.
        FileHandle.standardOutput.write(Data(line.utf8))
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() ? "\(Int(value))" : String(format: "%.2f", value)
    }
}
