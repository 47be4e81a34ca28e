import ClusterConfiguration
import Logging

/// Logs each problem once: when it appears, and when it is resolved.
package struct ProblemLog {
    private var known: Set<Problem> = []

    package init() {}

    package mutating func update(_ problems: [Problem], _ logger: Logger) {
        let present = Set(problems)
        guard present != known else { return }
        for problem in problems where known.insert(problem).inserted {
            switch problem.severity {
            case .error: logger.error("\(problem.statement)")
            case .warning: logger.warning("\(problem.statement)")
            case .note: logger.info("\(problem.statement)")
            }
        }
        for problem in known.subtracting(present).sorted(by: { $0.description < $1.description }) {
            logger.info("resolved: \(problem)")
        }
        known = present
    }
}
