// MARK: - What each screen is about

extension PlanDocument {
    package var names: [String] { assignments.map(\.service) }
}

extension PlanComparison {
    package var names: [String] { changes.map(\.service) }
}

extension ProblemsDocument {
    package var names: [String] { problems.compactMap(\.object).grouped(by: { $0 }).map { $0[0] } }
}
