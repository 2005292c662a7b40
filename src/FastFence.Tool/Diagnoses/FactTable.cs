using FastFence.Platform;
using FastFence.Tool.Reporting;
using Spectre.Console;

namespace FastFence.Tool.Diagnoses;

/// <summary>The doctor's table for people: one row a fact, and what to do below it where there is something to do.</summary>
internal static class FactTable
{
    /// <summary>Redirected, no row may wrap: the longest advice is some 230 characters.</summary>
    private const int PlainWidth = 500;

    /// <summary>Writes table and verdict.</summary>
    internal static void Write(Diagnosis diagnosis, TextWriter writer, bool isTerminal)
    {
        Table table = new() { Border = TableBorder.Ascii };
        table.AddColumns("fact", "value", "level", "advice");
        foreach (MachineFact fact in diagnosis.Facts)
        {
            table.AddRow(
                new Text(fact.Name), new Text(fact.Value), new Text(Diagnosis.WordOf(fact.Level), StyleOf(fact.Level)),
                new Text(fact.Advice ?? ""));
        }

        ReportTable.Open(writer, isTerminal, PlainWidth).Write(table);
        writer.WriteLine(diagnosis.Verdict);
        writer.Flush();
    }

    private static Style StyleOf(FactLevel level) => level switch
    {
        FactLevel.Ok => Style.Plain,
        FactLevel.Note => new Style(Color.Yellow),
        _ => new Style(Color.Red),
    };
}
