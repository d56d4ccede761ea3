"""The commands that pages print name what they compute, and the program that is there."""

import shutil
from pathlib import Path

from helpers.foundation.experiment import Experiment
from helpers.stages import commands


def test_data_that_the_profile_does_not_run_itself_gets_a_command_for_each_seed(experiments):
    lost = [Experiment("e5_small", "xnli_7500", "balanced", seed, "quick") for seed in (0, 1)]
    first, second = commands.commands(lost)
    assert "--dataset xnli --setup balanced --seed 0" in first
    assert "--source xnli=FOLDER" in first
    assert "--seed 1" in second


def test_a_model_or_data_set_of_the_profile_gets_one_command(experiments):
    (command,) = commands.commands(experiments)
    assert command.startswith("companion reproduce --profile tiny --only")


def test_a_data_set_of_the_profile_that_lies_in_a_folder_is_asked_for(checkout):
    profile = checkout / "configs" / "quick.yaml"
    profile.write_text(profile.read_text("utf-8").replace("[multiemo]", "[custom_mine]"))
    lost = [Experiment("e5_small", "custom_mine", "balanced", 0, "quick")]
    assert commands.commands(lost) == [
        "companion reproduce --profile quick --only e5_small/custom_mine/balanced/seed0 "
        "--source custom=FOLDER"
    ]


def test_the_program_is_that_of_the_checkout_s_environment(checkout):
    assert commands.command_line("book") == "companion book"
    shutil.copy(Path(__file__).parents[2] / "Makefile", checkout)
    assert commands.command_line("book") == ".venv/bin/companion book"
