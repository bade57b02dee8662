import Experience
import Testing

/// A step of two environments whose observations count up, with an action of two choices.
private func withStep(_ number: Int, _ body: (Transitions) -> Void) {
    let observations = [Float(number), 10, Float(number), 20], next = observations.map { $0 + 1 }
    let (actions, rewards) = ([number, 0, number, 1], [Double(number), -Double(number)])
    let (no, last) = ([false, false], [false, number == 2])
    observations.withUnsafeBufferPointer { observations in
        next.withUnsafeBufferPointer { next in
            actions.withUnsafeBufferPointer { actions in
                rewards.withUnsafeBufferPointer { rewards in
                    no.withUnsafeBufferPointer { no in
                        last.withUnsafeBufferPointer { last in
                            body(
                                Transitions(
                                    observations: Rows(observations, count: 2), actions: Rows(actions, count: 2),
                                    rewards: rewards, terminated: no, truncated: last,
                                    nextObservations: Rows(next, count: 2), isReset: no))
                        }
                    }
                }
            }
        }
    }
}

private let columns =
    Column.ofSteps(
        observations: .box(-9...9, shape: [2]), elements: .float32, actions: .multiDiscrete([9, 2]))
    + [Column("values", .float32)]

@Suite struct TrajectoryTests {
    @Test func columnsAreWhatStepsConsistOf() {
        #expect(
            columns.map(\.name) == [.observations, .actions, .rewards, .terminated, .truncated, .reset, "values"])
        #expect(columns.map(\.type) == [.float32, .int64, .float64, .boolean, .boolean, .boolean, .float32])
        #expect(columns.map(\.rowBytes) == [8, 16, 8, 1, 1, 1, 4])
        #expect(Column.actions(.discrete(3)).shape == [] && Column.actions(.box(0...1, shape: [2, 3])).shape == [6])
        #expect(Column.actions(.multiBinary([4])) == Column(.actions, .uint8, shape: [4]))
    }

    @Test func stepsLieBehindEachOther() {
        var trajectory = Trajectory(columns, environments: 2)
        for number in 0..<3 {
            withStep(number) { trajectory.append($0) }
            let values = [Float(number) / 2, -1]
            values.withUnsafeBufferPointer { trajectory.write(Rows($0, count: 2), to: "values") }
        }
        #expect(trajectory.steps == 3 && trajectory.count == 6)
        #expect(trajectory.withRows(.observations) { $0.numbers(5) } == [2, 20])
        #expect(trajectory.withRows(.actions) { Array($0.integers) } == [0, 0, 0, 1, 1, 0, 1, 1, 2, 0, 2, 1])
        #expect(trajectory.withRows(.rewards) { Array($0.elements(as: Double.self)) } == [0, 0, 1, -1, 2, -2])
        #expect(trajectory.withRows(.truncated) { $0.elements(as: Bool.self).firstIndex(of: true) } == 5)
        #expect(trajectory.withRows("values") { Array($0.floats) } == [0, -1, 0.5, -1, 1, -1])
        trajectory.removeAll()
        #expect(trajectory.count == 0 && trajectory.withRows(.rewards) { $0.count } == 0)
    }

    @Test func episodesOfOneEnvironmentAreJoined() {
        var (first, all) = (Trajectory(columns), Trajectory(columns))
        for number in 0..<2 { withStep(number) { first.append(row: 1, of: $0) } }
        all.append(first)
        all.append(first)
        #expect(all.steps == 4)
        #expect(all.withRows(.actions) { Array($0.integers) } == [0, 1, 1, 1, 0, 1, 1, 1])
        #expect(all.withRows("values") { Array($0.floats) } == [0, 0, 0, 0], "nothing was written")
        all.resize(to: 1)
        all.resize(to: 2)
        #expect(all.withRows(.actions) { Array($0.integers) } == [0, 1, 0, 0], "what is new is zero")
    }

    @Test func rowsOfAnotherKindAreRefused() async {
        await #expect(processExitsWith: .failure) {
            var trajectory = Trajectory([Column(.actions, .float32, shape: [2])], environments: 2)
            withStep(0) { trajectory.append($0) }
        }
        await #expect(processExitsWith: .failure) { _ = Trajectory([.rewards, .rewards]) }
        await #expect(processExitsWith: .failure) { Trajectory([.rewards]).withRows(.actions) { _ in } }
    }
}

@Suite struct RowsTests {
    @Test func numbersOfEachType() {
        func check<Element: RowElement>(_ values: [Element], _ expected: [Double]) {
            var values = values
            values.withUnsafeMutableBufferPointer { buffer in
                let rows = MutableRows(buffer, count: 2)
                #expect(rows.type == Element.elementType && rows.width == 2)
                #expect(rows.rows.numbers(1) == expected)
                #expect(rows.rows.integer(1, 1) == Int(expected[1]))
                rows.set(0, to: expected)
                #expect(rows.rows.numbers(0) == expected)
                #expect(rows.rows.bytes(of: 0).elementsEqual(rows.rows.bytes(of: 1)))
            }
        }
        check([0, 0, 1.5, -2] as [Float], [1.5, -2])
        check([0, 0, 1.5, -2] as [Double], [1.5, -2])
        check([0, 0, 7, 255] as [UInt8], [7, 255])
        check([0, 0, -7, 1 << 30] as [Int32], [-7, Double(1 << 30)])
        check([0, 0, -7, 1 << 40] as [Int], [-7, Double(1 << 40)])
        check([false, false, true, false], [1, 0])
    }

    @Test func whatIsNoNumberIsFound() {
        func firstNaN<Element: RowElement>(_ values: [Element]) -> Int? {
            values.withUnsafeBufferPointer { Rows($0, count: 2).firstNaN }
        }
        #expect(firstNaN([1, 2, 3, .nan] as [Float]) == 1 && firstNaN([1, .nan, 3, 4] as [Double]) == 0)
        #expect(firstNaN([1, 2] as [Float]) == nil && firstNaN([1, 2]) == nil)
    }
}
