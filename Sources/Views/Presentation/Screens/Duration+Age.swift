extension Duration {
    /// In at most two units and as few columns as Kubernetes' own tools take: `42s`, `3m5s`, `4h12m`, `6d3h`, `45d`,
    /// `2y41d`. What is negative, by clocks that disagree, is `0s`.
    package var age: String {
        let seconds = max(0, components.seconds)
        func text(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
            small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
        }
        let minutes = seconds / 60
        let hours = minutes / 60
        let days = hours / 24
        switch seconds {
        case ..<120: return "\(seconds)s"
        case ..<600: return text(minutes, "m", seconds % 60, "s")
        case ..<10_800: return "\(minutes)m"
        case ..<28_800: return text(hours, "h", minutes % 60, "m")
        case ..<172_800: return "\(hours)h"
        case ..<691_200: return text(days, "d", hours % 24, "h")
        case ..<63_072_000: return "\(days)d"
        default: return text(days / 365, "y", days % 365, "d")
        }
    }
}
