import KubernetesModel

extension ObjectCheck {
    /// The selectors of a list, those that are wrong left out.
    mutating func selectors(_ list: [LabelSelector]?, _ field: String) -> [Selector] {
        guard let list else { return [] }
        findRepetitions(list.map(\.normalized), field) { _ in "a selector with the same requirements" }
        return list.enumerated().map { index, selector in self.selector(selector, "\(field)[\(index)]") }
    }

    mutating func selector(_ selector: LabelSelector, _ field: String) -> Selector {
        for (key, value) in (selector.matchLabels ?? [:]).sorted(by: { $0.key < $1.key }) {
            checkKey(key, "\(field).matchLabels")
            checkValue(value, "\(field).matchLabels")
        }
        var requirements = Selector(matchLabels: selector.matchLabels ?? [:]).requirements
        let expressions = selector.matchExpressions ?? []
        findRepetitions(expressions.map(\.normalized), "\(field).matchExpressions") { _ in "the same requirement" }
        for (index, expression) in expressions.enumerated() {
            if let requirement = requirement(expression, "\(field).matchExpressions[\(index)]") {
                requirements.append(requirement)
            }
        }
        return Selector(requirements)
    }

    private mutating func requirement(
        _ expression: LabelSelectorRequirement, _ field: String
    ) -> Selector.Requirement? {
        let key = expression.key
        let values = expression.values ?? []
        checkKey(key, "\(field).key")
        findRepetitions(values, "\(field).values")
        for (index, value) in values.enumerated() { checkValue(value, "\(field).values[\(index)]") }
        switch expression.operator {
        case "In", "NotIn":
            guard !values.isEmpty else {
                error("\(field).values", "\(expression.operator) needs values to compare with: add at least one")
                return nil
            }
            return expression.operator == "In" ? .isIn(key: key, values: values) : .isNotIn(key: key, values: values)
        case "Exists", "DoesNotExist":
            guard values.isEmpty else {
                error("\(field).values", "\(expression.operator) takes no values: remove them, or write In or NotIn")
                return nil
            }
            return expression.operator == "Exists" ? .exists(key: key) : .doesNotExist(key: key)
        default:
            error(
                "\(field).operator",
                "\"\(expression.operator)\" is not an operator: write In, NotIn, Exists or DoesNotExist")
            return nil
        }
    }

    private mutating func checkKey(_ key: String, _ field: String) {
        guard let problem = LabelSyntax.problem(key: key) else { return }
        error(field, "the label key \"\(key)\" \(problem): write a key that a label can have")
    }

    private mutating func checkValue(_ value: String, _ field: String) {
        guard let problem = LabelSyntax.problem(value: value) else { return }
        error(field, "the label value \"\(value)\" \(problem): write a value that a label can have")
    }
}

extension LabelSelector {
    /// One form for what is written in different ways: nothing given is empty, values are sorted.
    fileprivate var normalized: LabelSelector {
        LabelSelector(
            matchLabels: matchLabels ?? [:], matchExpressions: (matchExpressions ?? []).map(\.normalized))
    }
}

extension LabelSelectorRequirement {
    fileprivate var normalized: LabelSelectorRequirement {
        LabelSelectorRequirement(key: key, operator: self.operator, values: (values ?? []).sorted())
    }
}
