using ActiveInas.Training;
using Dapper;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Runs.Store;

/// <content>What lies behind the evaluation of a round.</content>
internal sealed partial class RunStore
{
    private void InsertDetails(int round, Evaluation test, SqliteTransaction transaction)
    {
        _connection.Execute(
            "INSERT INTO calibration (round, bin, count, confidence, accuracy) VALUES (@round, @Bin, @Count, @Confidence, @Accuracy)",
            test.Calibration.Select((bin, index) => new
            {
                round,
                Bin = index,
                bin.Count,
                Confidence = Store(bin.Confidence),
                Accuracy = Store(bin.Accuracy),
            }),
            transaction);
        _connection.Execute(
            "INSERT INTO class_results (round, class, images, predicted, correct) VALUES (@round, @Class, @Images, @Predicted, @Right)",
            test.Classes.Select((result, index) => new { round, Class = index, result.Images, result.Predicted, result.Right }),
            transaction);
    }

    // A reader migrates nothing: a store of an earlier version has no such table.
    private List<CalibrationBin> Calibration(int round) => SchemaVersion < 3
        ? []
        : [.. _connection
            .Query<(int Count, double? Confidence, double? Accuracy)>(
                "SELECT count, confidence, accuracy FROM calibration WHERE round = @round ORDER BY bin", new { round })
            .Select(row => new CalibrationBin(row.Count, row.Confidence ?? double.NaN, row.Accuracy ?? double.NaN))];

    private List<ClassResult> ClassResults(int round) => SchemaVersion < 4
        ? []
        : [.. _connection
            .Query<(int Images, int Predicted, int Right)>(
                "SELECT images, predicted, correct FROM class_results WHERE round = @round ORDER BY class", new { round })
            .Select(row => new ClassResult(row.Images, row.Predicted, row.Right))];
}
