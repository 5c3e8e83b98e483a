"""Fits the course of a year to the warmest temperature of each day, and draws each year. Needs no package."""

import argparse
import csv
import json
import math
import os
from datetime import date


def read_days(path):
    with open(path, newline="") as file:
        return [(date.fromisoformat(row["date"]), float(row["temp_max"])) for row in csv.DictReader(file)]


def terms(day, harmonics):
    angle = 2 * math.pi * day.timetuple().tm_yday / 365.25
    waves = [wave(k * angle) for k in range(1, harmonics + 1) for wave in (math.cos, math.sin)]
    return [1.0, *waves]


def solve(matrix, vector):
    """Gaussian elimination with partial pivoting."""
    rows = [[*row, value] for row, value in zip(matrix, vector)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(len(rows)):
            if r != i:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    return [row[-1] / row[i] for i, row in enumerate(rows)]


def fit(days, harmonics):
    """Least squares, by the normal equations."""
    known = [(terms(day, harmonics), warmest) for day, warmest in days]
    size = 2 * harmonics + 1
    matrix = [[sum(x[i] * x[j] for x, _ in known) for j in range(size)] for i in range(size)]
    return solve(matrix, [sum(x[i] * y for x, y in known) for i in range(size)])


def predict(coefficients, day, harmonics):
    return sum(c * x for c, x in zip(coefficients, terms(day, harmonics)))


def chart(year, days, course):
    def points(values):
        return " ".join(f"{i * 2},{200 - 4 * value:.1f}" for i, value in enumerate(values))

    measured = points([warmest for _, warmest in days])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 740 240" role="img" aria-label="{year}">'
        f'<polyline points="{measured}" fill="none" stroke="#8ab"/>'
        f'<polyline points="{points(course)}" fill="none" stroke="#c40" stroke-width="2"/>'
        f'<text x="4" y="16" font-family="sans-serif">{year}</text></svg>\n'
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("weather")
    parser.add_argument("--test-year", type=int, required=True)
    parser.add_argument("--harmonics", type=int, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--charts", required=True)
    args = parser.parse_args()

    days = read_days(args.weather)
    train = [each for each in days if each[0].year < args.test_year]
    test = [each for each in days if each[0].year == args.test_year]
    coefficients = fit(train, args.harmonics)
    errors = [abs(predict(coefficients, day, args.harmonics) - warmest) for day, warmest in test]
    mean_error = sum(errors) / len(errors)
    print(f"{len(train)} days to learn from, off by {mean_error:.2f} degrees on the {len(test)} of {args.test_year}")

    with open(args.model, "w") as file:
        json.dump({"coefficients": coefficients, "meanError": mean_error, "trainedOn": len(train)}, file)
    for year in sorted({day.year for day, _ in days}):
        of_year = [each for each in days if each[0].year == year]
        course = [predict(coefficients, day, args.harmonics) for day, _ in of_year]
        with open(os.path.join(args.charts, f"{year}.svg"), "w") as file:
            file.write(chart(year, of_year, course))


if __name__ == "__main__":
    main()
