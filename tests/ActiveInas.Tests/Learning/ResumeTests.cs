using ActiveInas.Learning;
using static ActiveInas.Tests.Learning.ActiveLearnerTests;

namespace ActiveInas.Tests.Learning;

/// <summary>A run that dies after any write to its journal, and is run again over it, ends as if nothing had happened.</summary>
public sealed class ResumeTests
{
    [Theory]
    [InlineData("softmax-response", true, true)]
    [InlineData("softmax-response", false, true)]
    [InlineData("softmax-response", true, false)]
    [InlineData("random", true, true)]
    [InlineData("mc-dropout", false, true)]
    [InlineData("coreset", true, true)]
    public async Task Killed_after_every_write_in_turn_it_ends_the_same(string query, bool given, bool keepsModels)
    {
        Setup Fresh() => new() { Options = given ? Setup.Given : Setup.Drawn, Query = query, Bad = [3], KeepsModels = keepsModels };
        Setup reference = Fresh();
        LearningResult expected = await reference.RunAsync();
        int writes = reference.Journal.Writes.Count;
        Assert.InRange(writes, 20, 60);

        for (int kill = 1; kill <= writes; kill++)
        {
            Setup setup = Fresh();
            setup.Journal.DiesAfter = kill;
            await Assert.ThrowsAsync<KilledException>(setup.RunAsync);
            Assert.Equal(0, setup.Trainer.Alive);

            LearningResult result = await setup.RunAsync();

            Assert.Equal(reference.Journal.Writes, setup.Journal.Writes);
            Assert.Equal(expected.Rounds.Select(round => (round.Labels, round.Architecture)), result.Rounds.Select(round => (round.Labels, round.Architecture)));
            Assert.Equal(reference.Trials.Requests.Count, setup.Trials.Requests.Count);
            AssertTrainings(reference, setup, keepsModels, query);
            result.Model?.Dispose();
            Assert.Equal(0, setup.Trainer.Alive);
        }
    }

    [Fact]
    public async Task Killed_after_every_single_write_of_one_run_it_still_ends_the_same()
    {
        Setup reference = new();
        await reference.RunAsync();
        Setup setup = new();
        for (int kill = 1; kill <= reference.Journal.Writes.Count; kill++)
        {
            setup.Journal.DiesAfter = kill;
            await Assert.ThrowsAsync<KilledException>(setup.RunAsync);
        }

        await setup.RunAsync();

        Assert.Equal(reference.Journal.Writes, setup.Journal.Writes);
        Assert.Equal(reference.Trainer.Requests.Count, setup.Trainer.Requests.Count);
    }

    [Fact]
    public async Task A_finished_run_is_replayed_without_work()
    {
        Setup setup = new();
        LearningResult first = await setup.RunAsync();
        first.Model!.Dispose();
        int trainings = setup.Trainer.Requests.Count;
        setup.Events.Clear();

        LearningResult again = await setup.RunAsync();

        Assert.Equal(first.Rounds, again.Rounds);
        Assert.Equal(first.End, again.End);
        Assert.Equal(trainings, setup.Trainer.Requests.Count);
        Assert.NotNull(again.Model);
        Assert.Equal("Round 1, 4 labels, A(1,2): recorded earlier.", setup.Events[0]);
        Assert.Equal(4, setup.Events.Count);
    }

    [Fact]
    public async Task A_round_that_does_not_fit_the_recorded_labels_is_refused()
    {
        Setup setup = new();
        setup.Journal.RecordLabels(1, Stub.Labelled(0, 1, 2, 3), "file");
        setup.Journal.RecordRound(new RoundRecord(1, 5, new(1, 1), 1, 1, null, 0, 0, 0, null), setup.Trainer.Open(new(1, 1)));

        ConfigurationException exception = await Assert.ThrowsAsync<ConfigurationException>(setup.RunAsync);

        Assert.Contains("5 labels", exception.Message, StringComparison.Ordinal);
        Assert.Contains("give 4", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_revised_after_a_round_are_learnt_by_the_next_one()
    {
        Setup setup = new() { Options = Setup.Given with { Budget = 7 } };
        LearningResult before = await setup.RunAsync();
        before.Model?.Dispose();
        setup.Journal.Revise(1, Stub.Labelled(9, 0, 5));
        setup.Options = Setup.Given with { Budget = 9 };

        LearningResult after = await setup.RunAsync();

        Assert.Equal([4, 7, 9], after.Rounds.Select(round => round.Labels));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 9], Stub.Values(setup.Trainer.Requests[^1].Train));
        after.Model?.Dispose();
    }

    [Fact]
    public async Task Labels_given_later_do_not_replace_initial_points_already_asked_for()
    {
        Setup setup = new() { Options = Setup.Drawn };
        setup.Journal.DiesAfter = 1;
        await Assert.ThrowsAsync<KilledException>(setup.RunAsync);
        setup.Options = Setup.Given;

        await setup.RunAsync();

        Assert.Equal(
            setup.Journal.FindQuery(0)!.Picks.Select(pick => pick.Id).Order(),
            setup.Trainer.Requests[0].Train.Select(sample => sample.Id));
    }

    // With models kept, every training is made once. Without, a round whose query was not recorded is trained again for its query.
    private static void AssertTrainings(Setup reference, Setup setup, bool keepsModels, string query)
    {
        int extra = setup.Trainer.Requests.Count - reference.Trainer.Requests.Count;
        Assert.InRange(extra, 0, keepsModels || query == "random" ? 0 : 1);
        Assert.Equal(
            reference.Trainer.Requests.Select(request => (request.Key, request.Seed)).Distinct(),
            setup.Trainer.Requests.Select(request => (request.Key, request.Seed)).Distinct());
    }
}
